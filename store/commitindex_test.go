package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// asOf is the definition: from the tip, the first commit whose date is at or before t.
func asOf(chain []store.IndexedCommit, t time.Time) (string, bool) {
	for i := len(chain) - 1; i >= 0; i-- {
		if !chain[i].Time.After(t) {
			return chain[i].Commit, true
		}
	}
	return "", false
}

// chains generates histories whose dates repeat and decrease.
func chains(name string, most int) *rapid.Generator[[]store.IndexedCommit] {
	return rapid.Custom(func(t *rapid.T) []store.IndexedCommit {
		days := rapid.SliceOfN(rapid.IntRange(-8, 2), 0, most).Draw(t, "days")
		salt := rapid.IntRange(0, 1<<20).Draw(t, "salt")
		chain := make([]store.IndexedCommit, len(days))
		for i, d := range days {
			chain[i] = store.IndexedCommit{Commit: oid(name, salt, i), Time: day(d)}
		}
		return chain
	})
}

func TestAsOfIsTheDefinition(t *testing.T) {
	t.Parallel()
	b := setup(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		repository := b.repository(rt, fmt.Sprintf("asof/%d", runs))
		var chain []store.IndexedCommit
		// The first fetch makes the index. Each later one appends commits, or rewrites the history.
		for range rapid.IntRange(1, 4).Draw(rt, "fetches") {
			from := rapid.IntRange(0, len(chain)).Draw(rt, "from")
			added := chains(repository.Name, 12).Draw(rt, "added")
			chain = append(chain[:from:from], added...)
			require.NoError(rt, b.Commits.Replace(b.ctx, repository.ID, from, added, day(3)))
		}

		want := map[time.Time]string{}
		var times []time.Time
		for hour := -9 * 24; hour <= 3*24; hour += 12 {
			at := anchor.Add(time.Duration(hour) * time.Hour)
			times = append(times, at)
			if commit, ok := asOf(chain, at); ok {
				want[at] = commit
			}
		}
		got, err := b.Commits.AsOf(b.ctx, repository.ID, times)
		require.NoError(rt, err)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("as of, -definition +SQL:\n%s", diff)
		}

		tip, err := b.Commits.Tip(b.ctx, repository.ID)
		require.NoError(rt, err)
		require.Len(rt, tip, len(chain))
		for i, entry := range tip {
			seq := len(chain) - 1 - i
			require.Equal(rt, store.IndexedCommitAt{Seq: seq, IndexedCommit: chain[seq]}, entry)
		}
	})
}

func TestReplaceCommitIndexRejectsInvalidInput(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repository := b.repository(t, "acme/api")
	commits := b.index(t, repository, day(1), -3, -2)

	err := b.Commits.Replace(b.ctx, repository.ID, 3, commits, day(1))
	requireCode(t, insights.Conflict, err, "has 2 commits, so it cannot be continued at position 3")
	err = b.Commits.Replace(b.ctx, repository.ID, -1, commits, day(1))
	requireCode(t, insights.Conflict, err, "cannot be continued at position -1")
	err = b.Commits.Replace(b.ctx, repository.ID, 2, []store.IndexedCommit{{Commit: "main", Time: anchor}}, day(1))
	requireCode(t, insights.Invalid, err, `object id "main"`)
	err = b.Commits.Replace(b.ctx, 4711, 0, commits, day(1))
	requireCode(t, insights.NotFound, err, "repository 4711 does not exist")

	tip, err := b.Commits.Tip(b.ctx, repository.ID)
	require.NoError(t, err)
	require.Len(t, tip, 2, "a rejected write changes nothing")
}

func TestCheckedCommitIndexAnswersForLaterTimes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	repository := b.repository(t, "acme/api")
	require.Nil(t, repository.IndexedAt)
	b.index(t, repository, day(-1), -3, -2)
	require.NoError(t, b.Commits.Replace(b.ctx, repository.ID, 2, nil, day(1)))

	repository, err := b.Repositories.Get(b.ctx, repository.ID)
	require.NoError(t, err)
	require.Equal(t, day(1), *repository.IndexedAt)
	tip, err := b.Commits.Tip(b.ctx, repository.ID)
	require.NoError(t, err)
	require.Len(t, tip, 2)
}
