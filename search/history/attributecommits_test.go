package history

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
)

// changesTruth says whether a commit matches a query about commits: a word, and a language with or
// without a minus.
func changesTruth(t testgit.TB, tr *truth, before, commit, kind, word, language string, not bool) bool {
	filter := "lang:" + language
	is := func(commit, path string) bool {
		id, there := "", false
		if commit != "" {
			id, there = tr.list(commit)[path]
		}
		m := compile(t, filter, false).With(gitAttributes(t, tr, commit)[path])
		return there && m.Match(path, []byte(tr.contents[id])).N > 0
	}
	olds := map[string]string{}
	if before != "" {
		olds = tr.list(before)
	}
	news := tr.list(commit)
	inLanguage := false
	for path := range maps.All(union(olds, news)) {
		if olds[path] == news[path] {
			continue
		}
		holds := before != "" && is(before, path) || is(commit, path)
		inLanguage = inLanguage || holds
		if kind == "diff" && holds != not && changes(tr.contents[olds[path]], tr.contents[news[path]], word) {
			return true
		}
	}
	return kind == "commit" && inLanguage != not
}

func union(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// changes reports whether a line with the word is in one text more often than in the other.
func changes(a, b, word string) bool {
	if strings.Contains(a+b, "\x00") {
		return false
	}
	count := map[string]int{}
	for line := range strings.Lines(a) {
		count[strings.TrimRight(line, "\r\n")]--
	}
	for line := range strings.Lines(b) {
		count[strings.TrimRight(line, "\r\n")]++
	}
	for line, n := range count {
		if n != 0 && strings.Contains(strings.ToLower(line), word) {
			return true
		}
	}
	return false
}

func TestAttributes_OfCommits(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	cases := 0
	rapid.Check(t, func(t *rapid.T) {
		if enough(cases) { // each commit takes two processes of git
			return
		}
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		defer os.RemoveAll(dir)
		repo := testgit.Init(t, dir, "sha1")
		ids := repo.Import(t, "main", true, drawAttributed(t)...)
		kind := rapid.SampledFrom([]string{"diff", "commit"}).Draw(t, "kind")
		language := rapid.SampledFrom([]string{"php", "go", "c++"}).Draw(t, "language")
		not := rapid.Bool().Draw(t, "not")
		text, word := "type:"+kind+" ", ""
		if kind == "diff" {
			word = "todo"
			text += word + " "
		}
		if not {
			text += "-"
		}
		text += "lang:" + language
		m := compile(t, text, false)
		tr := newTruth(t, repo, m)
		var want, got []int64
		var chain []gitrepo.Commit
		var intervals []Interval
		for i := len(ids) - 1; i >= 0; i-- {
			before := ""
			if i > 0 {
				before = ids[i-1]
			}
			n := int64(0)
			if changesTruth(t, tr, before, ids[i], kind, word, language, not) {
				n = 1
			}
			want = append(want, n)
			intervals = append(intervals, Interval{len(chain), len(chain) + 1})
			chain = append(chain, gitrepo.Commit{ID: gitrepo.OID(ids[i]), Time: testgit.Epoch.Add(time.Duration(i) * time.Hour)})
		}
		r, err := gitrepo.Open(t.Context(), repo.Dir)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		err = SearchCommits(t.Context(), CommitRequest{Repo: r, Matcher: m, Chain: chain, Intervals: intervals}, func(result Result) error {
			if len(result.Faults) > 0 {
				t.Fatalf("faults: %v", result.Faults)
			}
			got = append(got, result.Value)
			return nil
		})
		if err != nil {
			t.Fatalf("search: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("query %q, commits %v, newest first (-truth +search):\n%s", text, ids, diff)
		}
	})
}
