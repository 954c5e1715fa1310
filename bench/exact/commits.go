package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"github.com/backsight/backsight/bench/process"
	"github.com/backsight/backsight/gitrepo"
)

// revision is one first-parent commit of a repository.
type revision struct {
	repository string
	commit     string
}

// commits counts at every first-parent commit with the index, and compares the values at n random
// commits with those of git.
func (e *exact) commits(ctx context.Context, q process.Query, seed uint64, n int) error {
	every, err := e.history(ctx, q.Backsight, "--index", e.indexes, "--every", "commit")
	if err != nil {
		return err
	}
	revisions, values, err := e.everyValue(ctx, every.Stdout)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d first-parent commits of %d repositories\n", process.Shell(q.Backsight), len(revisions), len(e.dirs))
	random := rand.New(rand.NewPCG(seed, 0))
	equal, before := 0, e.unexplained
	for range n {
		at := revisions[random.IntN(len(revisions))]
		value, complaints, err := gitCount(ctx, at.repository, q.Git, at.commit)
		if err != nil {
			return err
		}
		own := values[at]
		if value == own {
			equal++
			continue
		}
		fmt.Printf("%s at %.12s: backsight counts %d, git counts %d %s\n", filepath.Base(at.repository), at.commit, own, value, complaints)
		explained, err := explain(ctx, q, process.Sample{Repository: at.repository, Commit: at.commit, Value: &own})
		if err != nil {
			return err
		}
		if !explained {
			e.unexplained++
		}
	}
	e.bars.AtLeast(fmt.Sprintf("%s, %d random commits (seed %d): commits equal to git grep -I -o, or explained", q.Name, n, seed),
		float64(n-e.unexplained+before), float64(n), fmt.Sprintf(" (%d equal)", equal))
	return nil
}

// everyValue returns all first-parent commits and the count at each of them. `lines` is the output
// of `backsight history --every commit`, which lists only the commits that changed the count.
func (e *exact) everyValue(ctx context.Context, lines []byte) (revisions []revision, values map[revision]int64, err error) {
	changes, err := process.Samples(lines)
	if err != nil {
		return nil, nil, err
	}
	changed := map[revision]int64{}
	for _, c := range changes {
		if c.Value == nil {
			return nil, nil, fmt.Errorf("%s at %s: a change has no value; its outcome is %s: %s", c.Repository, c.Commit, c.Outcome, c.Reason)
		}
		changed[revision{c.Repository, c.Commit}] = *c.Value
	}
	values = map[revision]int64{}
	for _, dir := range e.dirs {
		repo, err := gitrepo.Open(ctx, dir)
		if err != nil {
			return nil, nil, err
		}
		_, tip, err := repo.DefaultBranch(ctx)
		if err != nil {
			return nil, nil, err
		}
		chain, err := repo.FirstParents(ctx, tip, "")
		if err != nil {
			return nil, nil, err
		}
		value := int64(0)
		for i := len(chain) - 1; i >= 0; i-- {
			at := revision{dir, string(chain[i].ID)}
			if v, ok := changed[at]; ok {
				value = v
			}
			revisions, values[at] = append(revisions, at), value
		}
	}
	return revisions, values, nil
}
