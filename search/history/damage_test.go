package history

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/match"
)

// without counts the matches at a commit, except those in the blobs in `lost`. `needed` reports
// whether the query needs the content of one of these blobs.
func (tr *truth) without(commit string, lost map[string]bool) (result Result, needed bool) {
	result.Commit = gitrepo.OID(commit)
	byValue := map[string]int64{}
	for path, id := range tr.list(commit) {
		if lost[id] && tr.matcher.Want(path) == match.Content {
			needed = true
			continue
		}
		found := tr.matcher.Match(path, []byte(tr.contents[id]))
		result.Value += found.N
		for value, n := range found.Values {
			byValue[value] += n
		}
	}
	if tr.matcher.PerRepository() {
		result.Value = min(1, result.Value)
	}
	result.Values = values.Of(byValue)
	return result, needed
}

// drawLosses removes or damages the object files of some blobs of the commits, and returns the ids
// of these blobs.
func drawLosses(t *rapid.T, repo *testgit.Repo, tr *truth, ids []string) map[string]bool {
	var blobs []string
	for _, id := range ids {
		for _, blob := range tr.list(id) {
			blobs = append(blobs, blob)
		}
	}
	slices.Sort(blobs)
	lost := map[string]bool{}
	if blobs = slices.Compact(blobs); len(blobs) == 0 {
		return lost
	}
	for _, blob := range rapid.SliceOfNDistinct(rapid.SampledFrom(blobs), 1, min(3, len(blobs)), rapid.ID).Draw(t, "lost") {
		lost[blob] = true
		switch rapid.IntRange(0, 4).Draw(t, "damage") {
		case 0:
			repo.RemoveObject(t, blob)
		case 1:
			repo.CorruptObject(t, blob)
		case 2:
			content := "todo TODO go1.22 " + blob
			repo.StoreUnder(t, blob, fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
		case 3:
			size := rapid.SampledFrom([]string{"3", "9000000", "300000000", "9999999999999999999", "-1", "x", ""}).Draw(t, "size")
			repo.StoreUnder(t, blob, []byte("blob "+size+"\x00todo "+blob))
		case 4:
			path := repo.ObjectPath(blob)
			stored, err := os.ReadFile(path)
			if err == nil {
				err = os.Remove(path)
			}
			if err == nil {
				err = os.WriteFile(path, stored[:rapid.IntRange(0, len(stored)-1).Draw(t, "cut")], 0o644)
			}
			if err != nil {
				t.Fatalf("cut %s: %v", path, err)
			}
		}
	}
	return lost
}

// enough reports whether a property with slow cases has been tried often enough: without
// BACKSIGHT_CASES, 30 times.
func enough(cases int) bool { return cases == 30 && os.Getenv("BACKSIGHT_CASES") == "" }

// A damaged file is a fault of exactly the commits that need it, and their values are those of the
// other files. With an index that was made before the damage, a file that cannot match is not
// needed; without a fault, the value is exact.
func TestSearch_DamagedFilesAreFaultsOfTheirCommits(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	cases, faulty := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		// Only loose objects can be damaged one by one, and they take a process of git each.
		if enough(cases) {
			return
		}
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		defer os.RemoveAll(dir)
		repo := testgit.Init(t, filepath.Join(dir, "repo"), "sha1")
		ids := drawOddities(t, repo, repo.Import(t, "main", false, drawHistory(t)...))
		q := rapid.SampledFrom(queries).Draw(t, "query")
		m := compile(t, q.text, q.byValue)
		if len(m.Predicates()) > 0 {
			m = compile(t, "todo", false)
		}
		tr := newTruth(t, repo, m)
		c := newCompared(t, repo, filepath.Join(dir, "repo.idx"))
		early := rapid.Bool().Draw(t, "index before the damage")
		if early {
			c.update(ids[len(ids)-1])
		}
		lost := drawLosses(t, repo, tr, ids)
		if !early {
			c.update(ids[len(ids)-1])
		}
		x, err := index.Open(c.path)
		if err != nil {
			t.Fatalf("open the index: %v", err)
		}
		defer x.Close()
		cold, _ := c.search(nil, nil, m, 0, 1, ids)
		warm, _ := c.search(x, nil, m, 0, 1, ids)
		for i, id := range ids {
			want, needed := tr.without(id, lost)
			if needed {
				faulty++
			}
			for k, got := range []Result{cold[i], warm[i]} {
				if k == 1 && early && len(got.Faults) == 0 {
					want = tr.at(id)
				} else if needed != (len(got.Faults) > 0) {
					t.Fatalf("commit %s: a damaged file is needed: %v; faults %v", id, needed, got.Faults)
				}
				for _, f := range got.Faults {
					if !lost[string(f.Object)] {
						t.Fatalf("commit %s: a fault of another object: %v", id, f)
					}
				}
				got.Faults = nil
				if diff := cmp.Diff(want, got, sameResults); diff != "" {
					t.Fatalf("query %q, commit %s (-truth +search):\n%s", q.text, id, diff)
				}
			}
		}
	})
	require.Greater(t, faulty, cases/4, "damaged files must be needed, or nothing was compared")
}
