package index

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/match"
)

var (
	somePaths = []string{"a", "b/a", "b/c/a", "b.c", "b-c/a", "x\ny", "z/\xff"}
	someWords = []string{"needle", "NEEDLE", "Ärger", "ärger", "task", "ta\u017fk", "\u212aelvin", "kelvin", "\n", "\r\n", "\r", " ", "hay", "x\xffy", "\x00"}
)

func drawText(t *rapid.T, label string, most int) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(someWords), 1, most).Draw(t, label), "")
}

// trees returns what each commit contains according to git: blobs by path.
func trees(t testgit.TB, repo *testgit.Repo, ids []string) []map[string]string {
	var all []map[string]string
	for _, id := range ids {
		held := map[string]string{}
		for line := range strings.SplitSeq(repo.Git(t, "ls-tree", "-r", "-z", "--full-tree", id), "\x00") {
			if head, path, ok := strings.Cut(line, "\t"); ok && strings.HasPrefix(head, "100") {
				held[path] = strings.Fields(head)[2]
			}
		}
		all = append(all, held)
	}
	return all
}

// lived returns the same as trees, but from an index.
func lived(t testgit.TB, x *Index) []map[string]string {
	all := make([]map[string]string, x.Commits())
	for i := range all {
		all[i] = map[string]string{}
	}
	paths, err := x.Paths()
	if err != nil {
		t.Fatalf("paths: %v", err)
	}
	hashes, err := x.Hashes()
	if err != nil {
		t.Fatalf("ids: %v", err)
	}
	if err := x.EachLifetime(func(l Lifetime) {
		name, err := paths.Name(l.Path)
		if err != nil {
			t.Fatalf("path %d: %v", l.Path, err)
		}
		hash, err := hashes.Of(l.Blob)
		if err != nil {
			t.Fatalf("blob %d: %v", l.Blob, err)
		}
		for i := l.From; i < l.To; i++ {
			all[i][name] = fmt.Sprintf("%x", hash[:x.HashLen()])
		}
	}); err != nil {
		t.Fatalf("lifetimes: %v", err)
	}
	return all
}

func TestIndex_HasEveryTreeAndRulesOutNoMatchingBlob(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	cases := 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		defer os.RemoveAll(dir)
		repo := testgit.Init(t, filepath.Join(dir, "repo"), rapid.SampledFrom([]string{"sha1", "sha256"}).Draw(t, "format"))
		var commits []testgit.Commit
		for range rapid.IntRange(1, 12).Draw(t, "commits") {
			var c testgit.Commit
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				content := drawText(t, "content", 6)
				if rapid.IntRange(0, 4).Draw(t, "UTF-16") == 0 {
					content = testgit.UTF16(content)
				}
				c.Changes = append(c.Changes, testgit.Change{
					Path: rapid.SampledFrom(somePaths).Draw(t, "path"), Content: content, Delete: rapid.IntRange(0, 3).Draw(t, "delete") == 0,
				})
			}
			commits = append(commits, c)
		}
		ids := repo.Import(t, "main", true, commits...)
		r, err := gitrepo.Open(context.Background(), repo.Dir)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		path := filepath.Join(dir, "x.idx")
		for through := 0; through < len(ids); {
			through = rapid.IntRange(through+1, len(ids)).Draw(t, "through")
			// Small limits, so that a history of this size needs several batches.
			objects, err := r.Objects()
			if err != nil {
				t.Fatalf("objects: %v", err)
			}
			b := &builder{repo: r, objects: objects, path: path, bounds: bounds{
				rapid.IntRange(1, 4).Draw(t, "batch"), rapid.IntRange(1, 4).Draw(t, "texts"), rapid.IntRange(1, 60).Draw(t, "trigrams"),
				walkLimits{rapid.Int64Range(1, 500).Draw(t, "trees"), rapid.Int64Range(1, 500).Draw(t, "pairs")},
			}}
			_, err = b.update(context.Background(), gitrepo.OID(ids[through-1]))
			objects.Close()
			if err != nil {
				t.Fatalf("update: %v", err)
			}
			x, err := Open(path)
			if err != nil {
				t.Fatalf("open: %v", err)
			}
			if diff := cmp.Diff(trees(t, repo, ids[:through]), lived(t, x)); diff != "" {
				t.Fatalf("trees (-git +index):\n%s", diff)
			}
			checkCandidates(t, repo, x)
			x.Close()
		}
	})
}

// checkCandidates searches all blobs of an index with regular expressions, and compares them with
// the candidates.
func checkCandidates(t *rapid.T, repo *testgit.Repo, x *Index) {
	hashes, err := x.Hashes()
	if err != nil {
		t.Fatalf("ids: %v", err)
	}
	contents := make([]string, x.header.blobs)
	for i := range contents {
		hash, err := hashes.Of(i)
		if err != nil {
			t.Fatalf("blob %d: %v", i, err)
		}
		cmd := exec.Command("git", "--git-dir="+repo.Dir, "cat-file", "blob", fmt.Sprintf("%x", hash[:x.HashLen()]))
		cmd.Env = testgit.Env()
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("cat-file: %v", err)
		}
		contents[i] = string(out)
		if text, binary := match.Decode(out); !binary {
			contents[i] = string(text)
		}
	}
	for range 5 {
		text, fold := strings.ToValidUTF8(drawText(t, "text", 3), ""), rapid.Bool().Draw(t, "fold")
		if text == "" {
			continue
		}
		set, all, ok, err := x.Candidates(match.Requirement{Kind: match.RequireText, Text: text, Fold: fold}, maxText)
		if err != nil || !ok {
			t.Fatalf("candidates: %v %v", ok, err)
		}
		pattern := regexp.QuoteMeta(text)
		if fold {
			pattern = "(?i)" + pattern
		}
		re := regexp.MustCompile(pattern)
		for i, content := range contents {
			switch binary := match.IsBinary([]byte(content)); {
			case all:
			case binary && set.Has(i):
				t.Fatalf("blob %d is binary, but a candidate for %q: %q", i, text, content)
			// A pattern that does not name \r sees each line without the \r at its end.
			case !binary && (re.MatchString(content) || re.MatchString(strings.ReplaceAll(content, "\r\n", "\n"))) && !set.Has(i):
				t.Fatalf("blob %d holds %q (fold %v), but is not a candidate: %q", i, text, fold, content)
			}
		}
		if len(text) > 4 && all && !strings.Contains(text, "\n") {
			t.Fatalf("%q rules nothing out", text)
		}
	}
}

func TestRuns_RoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Each blob contains some of a few trigrams. There are several layers, which are merged.
		var want [][]uint32
		var merged []list
		base := 0
		for layer := range rapid.IntRange(1, 4).Draw(t, "layers") {
			p := newPostings()
			n := rapid.IntRange(1, 30).Draw(t, "blobs")
			for blob := range n {
				found := rapid.SliceOfNDistinct(rapid.Uint32Range(1, 600), 0, 20, rapid.ID).Draw(t, "trigrams")
				want = append(want, found)
				p.add(int32(blob), found)
			}
			lists := p.finish(int32(n))
			if layer == 0 {
				merged = lists
			} else {
				merged = mergeLists(merged, lists, int32(base))
			}
			base += n
			var err error
			if merged, err = decodeLayer(encodeLayer(merged), base); err != nil {
				t.Fatalf("the layer cannot be read: %v", err)
			}
		}
		got := make([][]uint32, len(want))
		for _, l := range merged {
			eachRun(l.runs, base, func(start, end int) {
				for i := start; i < end; i++ {
					got[i] = append(got[i], l.trigram)
				}
			})
		}
		for i := range want {
			if len(got[i]) != len(want[i]) {
				t.Fatalf("blob %d: %v, expected %v", i, got[i], want[i])
			}
			for _, trigram := range want[i] {
				if !slices.Contains(got[i], trigram) {
					t.Fatalf("blob %d: %v, expected %v", i, got[i], want[i])
				}
			}
		}
	})
}

func TestDecoding_TerminatesOnAnyBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "data")
		n := rapid.IntRange(0, 20).Draw(t, "n")
		if k, ok := splitKinds(data, n); ok {
			if all, ok := k.decode(); ok {
				for _, b := range slices.Concat(all.always, all.binary) {
					if b < 0 || int(b) >= n {
						t.Fatalf("%+v", all)
					}
				}
			}
		}
		if c, ok := decodeChain(data, n, 20); ok {
			c.newestFirst(func(gitrepo.Commit) bool { return true })
		}
		if p, ok := decodePaths(data, n); ok {
			p.all()
			p.at(n / 2)
			p.named("a")
		}
		eachLifetime(data, n, 5, 5, rapid.Bool().Draw(t, "whole"), func(l Lifetime) {
			if l.Path >= n || l.From < 0 || l.From > l.To || l.To > 5 || l.Blob < 0 || l.Blob >= 5 {
				t.Fatalf("%+v", l)
			}
		})
		_, _ = unpackBlocks(data, data[len(data)/2:])
		eachRun(data, n, func(start, end int) {
			if start < 0 || start >= end || end > n {
				t.Fatalf("run %d-%d of %d", start, end, n)
			}
		})
	})
}
