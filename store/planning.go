package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// planning is how a plan treats its samples.
type planning struct {
	generation int32
	reuse      bool // of values at equal commits
}

// planRepositories plans some repositories at the times, which are sorted. The heart of compression: a commit is looked up only where the
// index is right for the time, which is to say that it was refreshed at or after it and reaches back far enough. Then no commit
// means absent; a commit that the series has an exact value for means reused, with that value and its captures. Everything else is
// pending. A sample of an earlier generation stays as it is unless it is pending still; one that a retry took up goes on
// being that, whatever the plan.
func planRepositories(ctx context.Context, q *db.Queries, seriesID string, times []time.Time, repos []int32, p planning) error {
	l, err := openLedger(ctx, q, seriesID)
	if err != nil {
		return err
	}
	if err := q.LockLedger(ctx, l.key); err != nil {
		return err
	}
	commits, err := resolve(ctx, q, repos, times)
	if err != nil {
		return err
	}
	keys := keysOfAll(repos, l.chunksOf(times))
	chunks, err := l.load(ctx, keys)
	if err != nil {
		return err
	}
	known := knownValues{}
	if p.reuse {
		for _, c := range chunks {
			known.add(c)
		}
		if err := l.addOlder(ctx, known, commits, chunks, times, repos); err != nil {
			return err
		}
	}
	addMissing(chunks, keys)
	for _, repo := range repos {
		for _, t := range times {
			at, _ := l.of(t)
			chunks[chunkKey{repo, at.chunk}].at(at.place).plan(commits.at(repo, t), known[repoCommit{repo, commits.at(repo, t).commit}], p.generation)
		}
	}
	return l.save(ctx, slices.Collect(maps.Values(chunks)))
}

// plan makes the sample what a plan says of it.
func (e *entry) plan(at resolved, known *entry, generation int32) {
	switch {
	case e.outcome == "":
		e.facts = facts{}
	case e.outcome != insights.Pending || e.generation >= generation:
		return
	}
	e.generation = generation
	if e.kept != "" {
		return
	}
	e.outcome, e.value, e.commit = insights.Pending, 0, at.commit
	switch {
	case at.right && at.commit == "":
		e.outcome = insights.Absent
	case known != nil:
		e.outcome, e.value, e.captures = insights.Reused, known.value, known.captures
	}
}

type repoCommit struct {
	repo   int32
	commit string
}

// knownValues are samples with an exact value, of what was stored before the plan.
type knownValues map[repoCommit]*entry

func (k knownValues) add(c *chunk) {
	for i := range c.was {
		if e := &c.was[i]; (e.outcome == insights.Counted || e.outcome == insights.Reused) && e.commit != "" {
			k[repoCommit{c.repo, e.commit}] = e
		}
	}
}

// addOlder looks for values in rows that the plan has no sample in. Repositories mostly are where they were at the time before, so
// the newest of the other chunks is read whole, and of what is beyond only rows that know a commit. No statement for a series
// whose samples are all in one chunk, else one or two.
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

// settledAt reports whether a plan leaves the sample alone. A row that is not there has none.
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
