package history

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
)

// TestSearch_LineEndsAndEncodings searches a history in which one text is written in several ways:
// without an index, with an index of all commits, and with an index that lacks some commits, which
// is not used.
func TestSearch_LineEndsAndEncodings(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	utf32 := "\x00\x00\xfe\xff\x00\x00\x00g\x00\x00\x00o\x00\x00\x00 \x00\x00\x001\x00\x00\x00.\x00\x00\x002\x00\x00\x001\x00\x00\x00\r\x00\x00\x00\n\x00\x00\x00x"
	var ids []string
	for i, content := range []string{
		"go 1.21\nx", "go 1.21\r\nx", "\uFEFFgo 1.21\r\nx", testgit.UTF16("go 1.21\r\nx"), utf32, "go 1.21\r\nx\r\n",
	} {
		ids = append(ids, repo.Commit(t, testgit.Epoch.AddDate(0, i, 0), map[string]string{"go.mod": content}))
	}
	r, err := gitrepo.Open(context.Background(), repo.Dir)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "x.idx")
	open := func(tip string) *index.Index {
		_, err := index.Update(context.Background(), r, gitrepo.OID(tip), path)
		require.NoError(t, err)
		x, err := index.Open(path)
		require.NoError(t, err)
		t.Cleanup(x.Close)
		return x
	}
	older := open(ids[2])
	newer := open(ids[5])
	for _, row := range []struct {
		query   string
		byValue bool
		want    [6]int64
	}{
		{`/^go (.*)/`, true, [6]int64{1, 1, 1, 1, 1, 1}},
		{`/^go (1\.\d+)$/`, false, [6]int64{1, 1, 1, 1, 1, 1}},
		// The pattern names \r, so it sees each \r. ^ also matches after a byte order mark.
		{`/^go (1\.\d+)\r$/`, false, [6]int64{0, 1, 1, 1, 1, 1}},
		{`content:"1.21\nx"`, false, [6]int64{1, 1, 1, 1, 1, 1}},
		{`content:"1.21\r\nx"`, false, [6]int64{0, 1, 1, 1, 1, 1}},
		{`/1\.21\sx/`, false, [6]int64{1, 1, 1, 1, 1, 1}},
		{`go`, false, [6]int64{1, 1, 1, 1, 1, 1}},
		{`/\x{FEFF}go/`, false, [6]int64{0, 0, 1, 1, 1, 0}},
		{`x repo:has.content(21$)`, false, [6]int64{1, 1, 1, 1, 1, 1}},
		{`patterntype:structural go :[v\n]x`, false, [6]int64{1, 1, 1, 1, 1, 1}},
	} {
		m := compile(t, row.query, row.byValue)
		for name, x := range map[string]*index.Index{"no index": nil, "an index of a part": older, "an index": newer} {
			var stats Stats
			req := Request{Matcher: m, Index: x, Stats: &stats}
			results := searchRequest(t, repo, req, ids...)
			var got [6]int64
			for i, result := range results {
				require.Empty(t, result.Faults)
				got[i] = result.Value
				if row.byValue {
					require.Equal(t, map[string]int64{"1.21": 1}, result.Values.Map(), "%s with %s", row.query, name)
				}
			}
			require.Equal(t, row.want, got, "%s with %s", row.query, name)
			require.Equal(t, x == newer, stats.Indexed)
		}
	}

	// The changes of line end and encoding change no line.
	for text, want := range map[string]int64{"type:diff /go 1/": 1, `type:diff /^x$/`: 1, `type:diff /1\r/`: 1} {
		require.Equal(t, want, countDiffs(t, r, ids[5], text), text)
	}
}

// countDiffs returns how many commits of a history match a query on diffs.
func countDiffs(t testing.TB, r *gitrepo.Repo, tip, text string) int64 {
	chain, err := r.FirstParents(context.Background(), gitrepo.OID(tip), "")
	require.NoError(t, err)
	req := CommitRequest{Repo: r, Matcher: compile(t, text, false), Chain: chain, Intervals: []Interval{{First: 0, End: len(chain)}}}
	var n int64
	require.NoError(t, SearchCommits(context.Background(), req, func(result Result) error {
		require.Empty(t, result.Faults)
		n = result.Value
		return nil
	}))
	return n
}
