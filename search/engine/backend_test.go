package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/match"
)

// backend is a search backend without git: a history and the number of matches at each commit.
type backend struct {
	chain   []gitrepo.Commit // newest first
	counts  map[gitrepo.OID]int64
	asked   []gitrepo.OID // commits that were searched
	err     error         // returned after the first result
	silent  bool          // yields nothing
	history error         // returned by FirstParentsSince
}

func (b *backend) EndsEarly(context.Context, gitrepo.OID) (bool, error) { return false, nil }

func (b *backend) FirstParentsSince(_ context.Context, tip gitrepo.OID, _ time.Time) ([]gitrepo.Commit, error) {
	for i, c := range b.chain {
		if c.ID == tip {
			return b.chain[i:], b.history
		}
	}
	return b.chain, b.history
}

func (b *backend) SearchFiles(_ context.Context, _ *match.Matcher, commits []gitrepo.OID, yield func(history.Result) error) error {
	for i, id := range commits {
		b.asked = append(b.asked, id)
		switch {
		case b.silent:
			continue
		case i == 1 && b.err != nil:
			return b.err
		}
		if err := yield(history.Result{Commit: id, Value: b.counts[id]}); err != nil {
			return err
		}
	}
	return nil
}

func (b *backend) SearchCommits(_ context.Context, _ *match.Matcher, chain []gitrepo.Commit, intervals []history.Interval, yield func(history.Result) error) error {
	for _, i := range intervals {
		if err := yield(history.Result{Commit: chain[i.First].ID, Value: int64(i.End - i.First)}); err != nil {
			return err
		}
	}
	return nil
}

func newBackend() *backend {
	return &backend{
		chain:  []gitrepo.Commit{{ID: "c", Time: month(4)}, {ID: "b", Time: month(2)}, {ID: "a", Time: month(1)}},
		counts: map[gitrepo.OID]int64{"a": 1, "b": 20, "c": 300},
	}
}

func (b *backend) search(t *testing.T, query string, final bool) (lines []string, err error) {
	t.Helper()
	request := engine.Request{Question: compile(t, engine.Spec{Query: query}), Commits: b, Searcher: b, Samples: wanted(5, 1), Final: final}
	err = engine.Search(t.Context(), request, func(group []insights.Sample, _ values.Values) error {
		lines = append(lines, judged(group)...)
		return nil
	})
	return lines, err
}

// Another backend gives samples the same outcomes, and searches each commit once.
func TestAnotherBackend(t *testing.T) {
	t.Parallel()
	b := newBackend()
	lines, err := b.search(t, "x", false)
	require.NoError(t, err)
	require.Equal(t, []string{"counted 300", "reused 300", "counted 20", "reused 20", "counted 1"}, lines)
	require.Equal(t, []gitrepo.OID{"c", "b", "a"}, b.asked)

	lines, err = newBackend().search(t, "type:commit", false)
	require.NoError(t, err)
	require.Equal(t, []string{"counted 0", "counted 1", "counted 0", "counted 1", "counted 1"}, lines)
}

// An error of a search is returned, so that the caller tries again, unless it is a failure of the
// repository or there is no other attempt. Samples that were yielded before the error are kept.
func TestAnotherBackend_Errors(t *testing.T) {
	t.Parallel()
	counted := []string{"counted 300", "reused 300"}
	for _, row := range []struct {
		name     string
		err      error
		final    bool
		returned bool
		want     []string
	}{
		{"an error", insights.Errorf(insights.Unavailable, "the backend is away"), false, true, counted},
		{
			"the error of the last attempt", insights.Errorf(insights.Unavailable, "the backend is away"), true, false,
			append(counted[:2:2], "failed 0: unavailable", "failed 0: unavailable", "failed 0: unavailable"),
		},
		{
			"an error without a code", errors.New("broken"), true, false,
			append(counted[:2:2], "failed 0: internal", "failed 0: internal", "failed 0: internal"),
		},
		{
			"a failure", &engine.Failure{Code: insights.ReasonUnreadable, Err: errors.New("broken")}, false, false,
			append(counted[:2:2], "failed 0: unreadable repository", "failed 0: unreadable repository", "failed 0: unreadable repository"),
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := newBackend()
			b.err = row.err
			lines, err := b.search(t, "x", row.final)
			require.Equal(t, row.want, lines)
			if row.returned {
				require.Equal(t, row.err, err)
			} else {
				require.NoError(t, err)
			}
		})
	}
	b := newBackend()
	b.history = &engine.Failure{Code: insights.ReasonFetchFailed, Err: errors.New("the host is away")}
	lines, err := b.search(t, "x", false)
	require.NoError(t, err)
	require.Equal(t, repeat("failed 0: fetch failed"), lines)
}

// A backend that does not yield a result for each commit is defective: no sample is left unjudged
// without an error.
func TestAnotherBackend_ThatIsSilent(t *testing.T) {
	t.Parallel()
	b := newBackend()
	b.silent = true
	lines, err := b.search(t, "x", false)
	require.ErrorContains(t, err, "before 3 of the commits were counted")
	require.Empty(t, lines)
}
