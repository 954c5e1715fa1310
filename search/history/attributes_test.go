package history

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

var attributeNames = []string{"linguist-language", "linguist-vendored", "linguist-documentation", "linguist-generated", "linguist-detectable"}

// gitAttributes returns what git check-attr says about the regular files of a commit.
func gitAttributes(t testgit.TB, tr *truth, commit string) map[string]linguist.Attributes {
	if known, ok := tr.attributes[commit]; ok {
		return known
	}
	paths := slices.Sorted(maps.Keys(tr.list(commit)))
	folder, err := os.MkdirTemp("", "attributes")
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer os.RemoveAll(folder)
	run := func(in string, args ...string) string {
		cmd := exec.Command("git", append([]string{"--git-dir=" + tr.repo.Dir}, args...)...)
		cmd.Env = append(testgit.Env(), "GIT_INDEX_FILE="+filepath.Join(folder, "index"))
		cmd.Stdin = strings.NewReader(in)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, stderr.String())
		}
		return string(out)
	}
	run("", "read-tree", commit)
	out := run(strings.Join(paths, "\x00")+"\x00", append([]string{"check-attr", "--cached", "-z", "--stdin"}, attributeNames...)...)
	fields := strings.Split(out, "\x00")
	found := map[string]linguist.Attributes{}
	for i := 0; i+2 < len(fields); i += 3 {
		a, value := found[fields[i]], fields[i+2]
		if fields[i+1] == "linguist-language" {
			if a.Overridden = value != "unspecified" && value != "unset"; a.Overridden && value != "set" {
				a.Language, _ = linguist.ByAttribute(value)
			}
		} else {
			mark := linguist.Yes
			switch value {
			case "unspecified":
				mark = linguist.Unmarked
			case "unset", "false":
				mark = linguist.No
			}
			switch fields[i+1] {
			case "linguist-vendored":
				a.Vendored = mark
			case "linguist-documentation":
				a.Documentation = mark
			case "linguist-generated":
				a.Generated = mark
			case "linguist-detectable":
				a.Detectable = mark
			}
		}
		found[fields[i]] = a
	}
	if tr.attributes == nil {
		tr.attributes = map[string]map[string]linguist.Attributes{}
	}
	tr.attributes[commit] = found
	return found
}

// attributedAt is truth.at with the attributes that git reports.
func (tr *truth) attributedAt(commit string) Result {
	result := Result{Commit: gitrepo.OID(commit)}
	if !tr.holds(commit) {
		return result
	}
	given := gitAttributes(tr.t, tr, commit)
	byValue := map[string]int64{}
	for path, id := range tr.list(commit) {
		found := tr.matcher.With(given[path]).Match(path, []byte(tr.contents[id]))
		result.Value += found.N
		for value, n := range found.Values {
			byValue[value] += n
		}
	}
	if tr.matcher.PerRepository() {
		result.Value = min(1, result.Value)
	}
	result.Values = values.Of(byValue)
	return result
}

var (
	attributedPaths = []string{"a.inc", "b.go", "run", "d/a.inc", "d/b.go", "d/e/a.inc", "d/e/b.h", "vendor/a.inc", "vendor/mine/b.go", "x.js", "d/vendor/x.js", "a"}
	attributeFiles  = []string{".gitattributes", "d/.gitattributes", "d/e/.gitattributes", "vendor/.gitattributes", "copy/d/.gitattributes"}
	attributeLines  = []string{
		"*.inc linguist-language=PHP\n", "*.inc linguist-language=Ruby\n", "*.go linguist-language=Python\n", "* text=auto\n", "*.inc -linguist-language\n", "*.inc !linguist-language\n",
		"vendor/** -linguist-vendored\n", "vendor/mine/* -linguist-vendored\n", "d/** linguist-vendored\n", "*.go linguist-generated\n", "e/* linguist-documentation\n", "*.h linguist-detectable=false\n",
		"[attr]ours linguist-language=PHP -linguist-vendored\n", "*.inc ours\n", "d/*.go ours\n", "*.go -ours\n", "run linguist-language=Go\n", "a linguist-language=klingon\n", "**/e/*.inc linguist-language=Go\n", "/a.inc linguist-vendored\n", "*.h linguist-language=C++\n",
	}
	attributedQueries = []string{
		"lang:php", "todo lang:php", "todo -lang:go", "lang:go select:repo", "(todo lang:go) OR (x -lang:go -lang:php)", "todo file:^d/ lang:ruby", "/go(\\d+)/ lang:php", "todo lang:python repo:has.content(func)",
		"type:path inc lang:php", "todo (lang:php OR lang:c++)", "lang:c++", "-lang:php", "todo select:file lang:go", "todo", "file:inc",
	}
)

// drawAttributed returns a linear history in which contents and .gitattributes files change, some
// of them also in equal folders.
func drawAttributed(t *rapid.T) []testgit.Commit {
	copies := rapid.SampledFrom([][]string{nil, {"copy/"}, {"copy/", "d/copy/", "e/"}}).Draw(t, "copies")
	var commits []testgit.Commit
	for i := range rapid.IntRange(1, 7).Draw(t, "commits") {
		c := testgit.Commit{Time: testgit.Epoch.Add(time.Duration(i) * time.Hour), Message: fmt.Sprint(i)}
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			change := testgit.Change{Path: rapid.SampledFrom(attributedPaths).Draw(t, "path"), Content: drawText(t), Delete: rapid.IntRange(0, 9).Draw(t, "delete") == 0}
			if rapid.IntRange(0, 2).Draw(t, "attributes") == 0 {
				change.Path = rapid.SampledFrom(attributeFiles).Draw(t, "file")
				change.Content = strings.Join(rapid.SliceOfN(rapid.SampledFrom(attributeLines), 0, 4).Draw(t, "rules"), "")
			}
			c.Changes = append(c.Changes, change)
			for _, folder := range copies {
				if again := change; rapid.IntRange(0, 9).Draw(t, "copied") > 0 {
					again.Path = folder + change.Path
					c.Changes = append(c.Changes, again)
				}
			}
		}
		commits = append(commits, c)
	}
	return commits
}

func TestAttributes_EqualGit(t *testing.T) {
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
		repo := testgit.Init(t, filepath.Join(dir, "repo"), "sha1")
		ids := repo.Import(t, "main", true, drawAttributed(t)...)
		text := rapid.SampledFrom(attributedQueries).Draw(t, "query")
		var m *match.Matcher
		if rapid.IntRange(0, 2).Draw(t, "statistics") == 0 {
			text = rapid.SampledFrom([]string{"", "lang:php", "-file:^d/", "-lang:go"}).Draw(t, "filters")
			m = languagesMatcher(t, text, match.Languages{Measures: match.Lines | match.Files, Vendored: rapid.Bool().Draw(t, "omitted")})
		} else {
			m = compile(t, text, strings.Contains(text, "("+`\d`))
		}
		asked := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, len(ids), rapid.ID).Draw(t, "asked")
		if rapid.Bool().Draw(t, "in order") {
			slices.SortFunc(asked, func(a, b string) int { return slices.Index(ids, b) - slices.Index(ids, a) })
		}
		truth := newTruth(t, repo, m)
		var want []Result
		for _, id := range asked {
			want = append(want, truth.attributedAt(id))
		}
		verify := func(how string, got []Result) {
			if diff := cmp.Diff(want, got, sameResults); diff != "" {
				t.Fatalf("query %q, %s (-truth +search):\n%s", text, how, diff)
			}
		}
		got, _ := searchAll(t, repo, m, 1, asked...)
		verify("trees", got)
		c := newCompared(t, repo, filepath.Join(dir, "repo.idx"))
		for _, through := range []int{rapid.IntRange(0, len(ids)-1).Draw(t, "through"), len(ids) - 1} {
			c.update(ids[through])
		}
		x, err := index.Open(c.path)
		if err != nil {
			t.Fatalf("index: %v", err)
		}
		defer x.Close()
		got, stats := c.search(x, nil, m, 0, 2, asked)
		verify("index", got)
		if !stats.Indexed {
			t.Fatalf("the index was not used: %v", stats.IndexProblem)
		}
		from := truth.attributedAt(rapid.SampledFrom(ids).Draw(t, "base"))
		for _, with := range []*index.Index{nil, x} {
			got, _ := c.search(with, &from, m, 0, 1, asked)
			verify(fmt.Sprintf("from a base, index %v", with != nil), got)
		}
		if rapid.IntRange(0, 3).Draw(t, "damaged") > 0 {
			return
		}
		// The index may rule out some of the missing files.
		drawDamage(t, repo)
		trees, _ := searchAll(t, repo, m, 1, asked...)
		got, _ = c.search(x, nil, m, 0, 1, asked)
		for i := range got {
			for _, f := range got[i].Faults {
				if !slices.ContainsFunc(trees[i].Faults, func(known Fault) bool { return known.Object == f.Object }) {
					t.Fatalf("query %q, after damage: index %v, trees %v", text, got[i], trees[i])
				}
			}
			for _, result := range []Result{got[i], trees[i]} {
				if len(result.Faults) == 0 && !cmp.Equal(want[i], result, sameResults) || result.Value > want[i].Value {
					t.Fatalf("query %q, after damage: %v, undamaged %v", text, result, want[i])
				}
			}
		}
	})
}

// A search costs no more if no .gitattributes file matters, and reads no such file if its query
// does not read languages.
func TestAttributes_CostNothingWithoutRules(t *testing.T) {
	t.Parallel()
	histories := map[string]*testgit.Repo{}
	for name, file := range map[string]string{"none": "", "text": "* text=auto\n", "rules": "*.inc linguist-language=PHP\n"} {
		repo := testgit.New(t)
		histories[name] = repo
		changes := []testgit.Change{{Path: "a.go", Content: "todo\n"}, {Path: "d/a.inc", Content: "todo\n"}, {Path: "d/e/b.go", Content: "todo todo\n"}}
		if file != "" {
			changes = append(changes, testgit.Change{Path: ".gitattributes", Content: file})
		}
		repo.Import(t, "main", true, testgit.Commit{Changes: changes}, testgit.Commit{Changes: []testgit.Change{{Path: "a.go", Content: "none\n"}}}, testgit.Commit{Changes: []testgit.Change{{Path: "d/e/b.go", Content: "todo\n"}}})
	}
	for _, row := range []struct {
		repo, query string
		want        Stats
	}{
		{"none", "todo lang:go", Stats{Trees: 7, Blobs: 3, Matches: 3}},
		{"text", "todo lang:go", Stats{Trees: 7, Blobs: 3, Matches: 3, Attributes: 1}},
		{"rules", "todo lang:go", Stats{Trees: 7, Blobs: 3, Matches: 3, Attributes: 1}},
		{"rules", "todo", Stats{Trees: 7, Blobs: 4, Matches: 4}},
		{"rules", "todo file:go$", Stats{Trees: 7, Blobs: 3, Matches: 3}},
		{"rules", "type:diff todo", Stats{Trees: 7, Blobs: 4, Matches: 4}},
		{"none", "type:diff todo lang:go", Stats{Trees: 7, Blobs: 3, Matches: 3}},
		{"text", "type:diff todo lang:go", Stats{Trees: 7, Blobs: 3, Matches: 3, Attributes: 1}},
	} {
		t.Run(row.repo+" "+row.query, func(t *testing.T) {
			t.Parallel()
			repo := histories[row.repo]
			m := compile(t, row.query, false)
			ids := strings.Fields(repo.Git(t, "rev-list", "main"))
			work := func(s Stats) Stats {
				return Stats{Trees: s.Trees, Blobs: s.Blobs, Matches: s.Matches, Attributes: s.Attributes}
			}
			if m.Kind() != query.Files {
				r, err := gitrepo.Open(t.Context(), repo.Dir)
				require.NoError(t, err)
				chain, err := r.FirstParentsSince(t.Context(), gitrepo.OID(ids[0]), time.Time{})
				require.NoError(t, err)
				var stats Stats
				require.NoError(t, SearchCommits(t.Context(), CommitRequest{Repo: r, Matcher: m, Chain: chain, Intervals: []Interval{{0, 3}}, Stats: &stats}, func(Result) error { return nil }))
				require.Equal(t, row.want, work(stats))
				return
			}
			_, stats := searchAll(t, repo, m, 1, ids...)
			require.Equal(t, row.want, work(stats))
			c := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
			c.update(ids[0])
			x, err := index.Open(c.path)
			require.NoError(t, err)
			defer x.Close()
			_, stats = c.search(x, nil, m, 0, 1, ids)
			row.want.Trees = 0
			require.LessOrEqual(t, stats.Blobs, row.want.Blobs)
			row.want.Blobs, row.want.Matches = stats.Blobs, stats.Matches
			require.Equal(t, row.want, work(stats))
		})
	}
}

// If a .gitattributes file cannot be read, exactly the commits that contain it get a fault. A
// symbolic link or a folder of this name is not read.
func TestAttributes_ThatCannotBeRead(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := repo.Import(t, "main", true,
		testgit.Commit{Changes: []testgit.Change{{Path: "a.inc", Content: "todo\n"}, {Path: "d/a.inc", Content: "todo\n"}, {Path: "target", Content: "*.inc linguist-language=PHP\n"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: ".gitattributes", Content: "target", Mode: testgit.Symlink}, {Path: "d/.gitattributes", Content: "*.inc linguist-language=PHP\n# broken\n"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "d/.gitattributes", Delete: true}, {Path: "d/.gitattributes/x", Content: "y"}}},
	)
	broken := repo.ObjectAt(t, ids[1]+":d/.gitattributes")
	m := compile(t, "todo lang:php", false)
	c := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	c.update(ids[2])
	x, err := index.Open(c.path)
	require.NoError(t, err)
	defer x.Close()
	for _, with := range []*index.Index{nil, x} {
		got, _ := c.search(with, nil, m, 0, 1, ids)
		require.Equal(t, []int64{0, 1, 0}, []int64{got[0].Value, got[1].Value, got[2].Value})
	}
	repo.RemoveObject(t, broken)
	for _, with := range []*index.Index{nil, x} {
		got, _ := c.search(with, nil, m, 0, 1, ids)
		require.Empty(t, got[0].Faults)
		require.Equal(t, []Fault{{Class: string(gitrepo.Missing), Object: gitrepo.OID(broken), Path: "d/.gitattributes"}}, got[1].Faults)
		require.Equal(t, int64(0), got[1].Value)
		require.Empty(t, got[2].Faults)
		got, _ = c.search(with, nil, compile(t, "todo file:inc$", false), 0, 1, ids)
		require.Equal(t, int64(2), got[1].Value)
		require.Empty(t, got[1].Faults, "the query does not read languages")
	}
}
