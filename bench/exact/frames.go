package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/backsight/backsight/bench/process"
)

// frames compares the samples of all repositories with git.
func (e *exact) frames(ctx context.Context, q process.Query) error {
	cold, err := e.history(ctx, q.Backsight, e.grid...)
	if err != nil {
		return err
	}
	warm, err := e.history(ctx, q.Backsight, append([]string{"--index", e.indexes}, e.grid...)...)
	if err != nil {
		return err
	}
	if !bytes.Equal(cold.Stdout, warm.Stdout) {
		return errors.New("backsight prints different samples with and without its index")
	}
	samples, err := process.Samples(cold.Stdout)
	if err != nil {
		return err
	}
	type key struct{ repository, commit string }
	seen := map[key]bool{}
	commits, equal, before := 0, 0, e.unexplained
	// lacking maps a repository to git's message about a missing object that backsight also
	// reports.
	lacking := map[string]string{}
	for _, s := range samples {
		k := key{s.Repository, s.Commit}
		if s.Commit == "" || seen[k] {
			continue
		}
		seen[k] = true
		commits++
		same, err := e.sample(ctx, q, s, lacking)
		if err != nil {
			return err
		}
		if same {
			equal++
		}
	}
	for _, dir := range e.dirs {
		if what := lacking[dir]; what != "" {
			fmt.Printf("  %s: both programs report missing objects, git for example: %.150s\n", filepath.Base(dir), what)
		}
	}
	fmt.Printf("%s: %d repositories, %d samples\n", process.Shell(q.Backsight), len(e.dirs), len(samples))
	e.bars.AtLeast(fmt.Sprintf("%s, %d repositories: commits equal to git grep -I -o, or explained", q.Name, len(e.dirs)),
		float64(commits-e.unexplained+before), float64(commits), fmt.Sprintf(" (%d equal)", equal))
	return nil
}

// sample compares one value with git and explains a difference.
func (e *exact) sample(ctx context.Context, q process.Query, s process.Sample, lacking map[string]string) (same bool, err error) {
	value, complaints, err := gitCount(ctx, s.Repository, q.Git, s.Commit)
	if err != nil {
		return false, err
	}
	at := fmt.Sprintf("%s at %.12s", filepath.Base(s.Repository), s.Commit)
	switch {
	case s.Value == nil:
		fmt.Printf("UNEXPLAINED %s: %s: %s\n", at, s.Outcome, s.Reason)
		e.unexplained++
		return false, nil
	case s.Outcome == "partial" && len(complaints) > 0:
		line, _, _ := bytes.Cut(complaints, []byte{'\n'})
		lacking[s.Repository] = string(line)
	case s.Outcome == "partial" || len(complaints) > 0:
		fmt.Printf("UNEXPLAINED %s: backsight reports %s %q, git reports %q\n", at, s.Outcome, s.Reason, complaints)
		e.unexplained++
	}
	if value == *s.Value {
		return true, nil
	}
	fmt.Printf("%s: backsight counts %d, git counts %d\n", at, *s.Value, value)
	explained, err := explain(ctx, q, s)
	if !explained {
		e.unexplained++
	}
	return false, err
}

// gitCount returns the number of matches in a commit, which is the number of lines that `git grep
// -o` prints, and git's error messages.
func gitCount(ctx context.Context, dir string, flags []string, commit string) (n int64, complaints []byte, err error) {
	found, err := process.Git(ctx, dir, append(append([]string{"grep", "-I", "-h", "-o"}, flags...), commit)...)
	if err != nil {
		return 0, nil, err
	}
	return int64(bytes.Count(found.Stdout, []byte{'\n'})), bytes.TrimSpace(found.Stderr), nil
}
