package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// planRepositories plans the samples of some repositories at the times, which must be sorted, for
// plans of every kind but retry. It uses the commit index for a sample only if the index was
// refreshed at or after the sample's time. If that index has no commit for the time, the sample is
// absent. If `reuse` is true and the series has an exact value at the commit, the sample is reused,
// with that value and its captures. Every other sample is pending.
//
// A sample that has ended stays as it is. A pending sample of an earlier plan is planned again, as
// a sample of this plan; if a retry has selected it, only its plan number changes.
//
// Callers must hold the lock of the series. `settled` is the tally of the samples that this call
// has made absent or reused.
func (l ledger) planRepositories(ctx context.Context, times []time.Time, repos []int32, reuse bool) (settled insights.Completeness, err error) {
	commits, err := resolve(ctx, l.q, repos, times)
	if err != nil {
		return settled, err
	}
	keys := keysOfAll(repos, l.chunksOf(times))
	chunks, err := l.load(ctx, keys)
	if err != nil {
		return settled, err
	}
	known := knownValues{}
	if reuse {
		for _, c := range chunks {
			known.add(c)
		}
		if err := l.addOlder(ctx, known, commits, chunks, times, repos); err != nil {
			return settled, err
		}
	}
	for _, key := range keys {
		if chunks[key] == nil {
			chunks[key] = &chunk{chunkKey: key}
		}
	}
	for _, repo := range repos {
		for _, t := range times {
			if at, ok := l.of(t); ok {
				commit := commits.at(repo, t)
				sample := chunks[chunkKey{repo, at.chunk}].at(at.place)
				if sample.planAs(commit, known[repoCommit{repo, commit.commit}], l.plan) && sample.outcome.Done() {
					settled.Add(sample.outcome, 1)
				}
			}
		}
	}
	return settled, l.save(ctx, slices.Collect(maps.Values(chunks)))
}

// planAs plans the sample for the plan with the given number: absent if the index says that the
// repository had no commit, reused if `known` is not nil, and otherwise pending, at the commit if
// the index has it. It does not change samples that have ended or already belong to this or a later
// plan. For a sample that a retry has selected, planAs changes only the plan number. It returns
// true if it has set the outcome.
func (e *entry) planAs(at resolved, known *entry, number int32) bool {
	switch {
	case e.outcome == "":
		e.facts = facts{}
	case e.outcome != insights.Pending || e.plan >= number:
		return false
	}
	e.plan = number
	if e.kept != "" {
		return false
	}
	e.outcome, e.value, e.commit = insights.Pending, 0, at.commit
	switch {
	case at.right && at.commit == "":
		e.outcome = insights.Absent
	case known != nil:
		e.outcome, e.value, e.captures = insights.Reused, known.value, known.captures
	}
	return true
}

type repoCommit struct {
	repo   int32
	commit string
}

// knownValues are the samples with a commit and an exact value that were stored before this
// transaction.
type knownValues map[repoCommit]*entry

func (k knownValues) add(c *chunk) {
	for i := range c.was {
		if e := &c.was[i]; (e.outcome == insights.Counted || e.outcome == insights.Reused) && e.commit != "" {
			k[repoCommit{c.repo, e.commit}] = e
		}
	}
}

// addOlder looks for values in chunks that the plan has no sample in. Most repositories are still
// at the commit of the time before, so addOlder reads the newest of these chunks first. Then it
// reads, from the older chunks, only rows that have one of the commits that are still without a
// value. It takes at most two statements, or four for a series that counts by captured value, and
// none if the series has no other chunk.
func (l ledger) addOlder(ctx context.Context, known knownValues, commits resolution, chunks map[chunkKey]*chunk, times []time.Time, repos []int32) error {
	planned := l.chunksOf(times)
	var others []int32
	for _, number := range l.chunks {
		if !slices.Contains(planned, number) {
			others = append(others, number)
		}
	}
	unknown := func() (wanted []repoCommit) {
		for _, repo := range repos {
			for i, one := range commits.commits[repo] {
				name := repoCommit{repo, one.commit}
				if one.commit == "" || known[name] != nil || i > 0 && commits.commits[repo][i-1] == one {
					continue
				}
				if at, _ := l.of(times[i]); chunks[chunkKey{repo, at.chunk}].settledAt(at.place) {
					continue
				}
				wanted = append(wanted, name)
			}
		}
		return wanted
	}
	take := func(rows []db.SampleChunks) error {
		older := make(map[chunkKey]*chunk, len(rows))
		for _, row := range rows {
			c := chunkOf(row)
			older[c.chunkKey] = c
		}
		if err := l.loadCaptures(ctx, older); err != nil {
			return err
		}
		for _, c := range older {
			known.add(c)
		}
		return nil
	}
	wanted := unknown()
	if len(others) == 0 || len(wanted) == 0 {
		return nil
	}
	newest := others[len(others)-1]
	rows, err := l.q.ChunksOf(ctx, db.ChunksOfParams{SeriesID: l.key, Chunk: newest, RepoIDs: reposOf(wanted)})
	if err != nil {
		return err
	}
	if err := take(plainRows(rows, func(r db.ChunksOfRow) db.SampleChunks { return r.SampleChunks })); err != nil {
		return err
	}
	others, wanted = others[:len(others)-1], unknown()
	if len(others) == 0 || len(wanted) == 0 {
		return nil
	}
	p := db.ChunksWithCommitsParams{SeriesID: l.key, Chunks: others}
	for _, one := range wanted {
		p.RepoIDs, p.Commits = append(p.RepoIDs, one.repo), append(p.Commits, []byte(one.commit))
	}
	with, err := l.q.ChunksWithCommits(ctx, p)
	if err != nil {
		return err
	}
	return take(plainRows(with, func(r db.ChunksWithCommitsRow) db.SampleChunks { return r.SampleChunks }))
}

// settledAt reports whether the sample at a place had already ended, so that a plan leaves it as it
// is. It returns false for a nil chunk, which is a row that does not exist.
func (c *chunk) settledAt(place int32) bool {
	return c != nil && c.was[place-1].outcome.Done() && c.was[place-1].outcome != ""
}

func reposOf(list []repoCommit) (repos []int32) {
	for _, one := range list {
		repos = append(repos, one.repo)
	}
	return slices.Compact(repos)
}

func plainRows[T any](rows []T, row func(T) db.SampleChunks) []db.SampleChunks {
	list := make([]db.SampleChunks, len(rows))
	for i := range rows {
		list[i] = row(rows[i])
	}
	return list
}
