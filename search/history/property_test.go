package history

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/internal/testgit"
)

// queries are the queries of the property test: one for each way in which a count can depend on
// path and content.
var queries = []struct {
	text    string
	byValue bool
}{
	{"todo", false},
	{"TODO case:yes", false},
	{`patterntype:regexp todo\(\w+\)`, false},
	{`todo file:\.go$`, false},
	{`todo -file:^d/`, false},
	{`patterntype:regexp go(\d+\.\d+)`, true},
	{`patterntype:regexp go(\d+)\.(\d+) file:d/`, true},
	{`patterntype:regexp (\w+)(\W)`, true},
	{`/go(\d+)/ lang:go`, true},
	{`(todo file:^d/) OR (x -file:^d/)`, false}, // a content counts differently at two paths
	{`todo lang:go`, false},
	{`todo NOT func`, false},
	{`todo select:file`, false},
	{`todo select:repo`, false},
	{`type:path a\.go`, false},
	{`file:^d/`, false},
	{`task`, false}, // letters with a non-ASCII case
	{`kinds case:yes`, false},
	{`patterntype:regexp (ann|main)\(?\)`, false},
	{`ÄRGER`, false},
	{`"todotodo" OR "go1.22" -file:^d/`, false},
	{`todo repohasfile:\.py$`, false},
	{`todo -repohasfile:\.py$`, false},
	{`todo repohasfile:^d -repohasfile:Makefile file:\.go$`, false},
	{`select:repo repohasfile:a.go`, false},
	{`select:repo -repo:has.content(todo)`, false},
	{`todo repo:has.content(func.main)`, false},
	{`func repo:has.file(path:^d/ content:todo) -repo:has.file(path:txt content:x)`, false},
	{`type:path go repo:has.content(go1.22)`, false},
	{`lang:go -repo:has.content(ann)`, false},
	{`repohasfile:b repo:has.content(\ATODO) ((todo file:^d/) OR (x -file:^d/))`, false},
	{`patterntype:regexp go(\d+\.\d+) repohasfile:b.txt`, true},
	// Line ends, and texts in UTF-16.
	{`/^todo$/`, false},
	{`/^(.*)$/`, true},
	{`/todo\n/ OR /x$/`, false},
	{`/\r$/`, false},
	{`content:"todo\nTODO"`, false},
	{`/go1.22$/ repo:has.content(^x$)`, false},
	{`todo lang:perl`, false}, // the #! line decides
	{`todo -lang:lua -lang:python`, false},
	{`lang:perl OR lang:lua`, false},
	{`/^go(\d\S*)$/`, true},
	{`/caf.$/`, false},
	{`café`, false},
}

var (
	paths = []string{"a.go", "b.txt", "d/a.go", "d/e/c.py", "d/e/a.go", "d", "x\ny.go", "\xff\xfe.go", "d.x", "d-x/a.go", "a", "Makefile", "run", "d/run"}
	lines = []string{"todo\n", "TODO(ann) go1.22\n", "x", "\n", "go1.21 go1.22\n", "\x00", "todotodo", "func main() {}\n", "Todo(b)\r\n", "ta\u017fk \u212ainds\n", "tasks of many kinds\n", "ärger\n"}
	// oddLines are lines that git and Backsight may divide or decode differently.
	oddLines = append([]string{"go1.22\r\n", "todo\r", "\r\n", "caf\xe9\r\n", "café\n"}, lines...)
	// starts are beginnings of files. They decide the language or the encoding of the file.
	starts = []string{"#!/usr/bin/perl\n", "#!/usr/bin/env lua\r\n", "#! /usr/bin/env -S python3 -u\n", "#!", "\ufeff", "\ufeff#!/usr/bin/perl\n"}
	// wholes are files in other encodings, and files that are binary or nearly so.
	wholes = []string{
		"\xff\xfet\x00o\x00d\x00o\x00\r\x00\n\x00", "\xfe\xff\x00t\x00o\x00d\x00o\x00\n\x00x",
		"\xff\xfe\x00\x00t\x00\x00\x00", "\xff\xfe", "\xff\xfet", "t\x00o\x00d\x00o\x00",
		strings.Repeat("x", 7999) + "\x00todo\n", strings.Repeat("x", 8000) + "\x00todo\n", "\r", "\n\n",
	}
)

// drawText returns texts that are sometimes large and similar, so that packs store them as
// differences.
func drawText(t *rapid.T) string { return drawLines(t, lines) }

func drawLines(t *rapid.T, from []string) string {
	content := strings.Join(rapid.SliceOfN(rapid.SampledFrom(from), 0, 4).Draw(t, "lines"), "")
	if rapid.IntRange(0, 2).Draw(t, "padding") == 0 {
		content = strings.Repeat("a line that is there only to be alike\n", rapid.IntRange(1, 60).Draw(t, "alike")) + content
	}
	return content
}

// drawContent returns a text as programs on different systems write it.
func drawContent(t *rapid.T) string {
	content := drawLines(t, oddLines)
	switch rapid.IntRange(0, 9).Draw(t, "kind of text") {
	case 0:
		return rapid.SampledFrom(wholes).Draw(t, "whole")
	case 1:
		content = rapid.SampledFrom(starts).Draw(t, "start") + content
	}
	switch rapid.IntRange(0, 9).Draw(t, "written as") {
	case 0:
		return strings.ReplaceAll(content, "\n", "\r\n")
	case 1:
		return "\uFEFF" + content
	case 2:
		return testgit.UTF16(content)
	}
	return content
}

// drawHistory returns commits with merges, renames, mode changes, reverts, links, submodules, equal
// folders at several paths, and dates in any order.
func drawHistory(t *rapid.T) []testgit.Commit { return drawHistoryOf(t, drawContent) }

func drawHistoryOf(t *rapid.T, draw func(*rapid.T) string) []testgit.Commit {
	n := rapid.IntRange(1, 9).Draw(t, "commits")
	var commits []testgit.Commit
	var earlier []testgit.Change // earlier changes, for reverts
	when := testgit.Epoch
	// Every change is also made in these folders, so most of their trees are equal.
	copies := rapid.SampledFrom([][]string{nil, nil, {"x/"}, {"x/", "d/x/"}, {"x/", "y/", "y/y/x/", "y/z/x/"}}).Draw(t, "copies")
	for i := range n {
		when = when.Add(time.Duration(rapid.IntRange(-20, 90).Draw(t, "hours")) * time.Hour)
		c := testgit.Commit{Time: when, Message: fmt.Sprint(i)}
		if rapid.IntRange(0, 19).Draw(t, "odd date") == 0 {
			c.Time = time.Unix(rapid.SampledFrom([]int64{1, 1 << 31, 1 << 32, 253402300800}).Draw(t, "date"), 0).UTC()
		}
		if i > 0 && rapid.IntRange(0, 3).Draw(t, "merge") == 0 {
			c.Parents = []int{i - 1, rapid.IntRange(0, i-1).Draw(t, "parent")}
			if c.Parents[1] == i-1 {
				c.Parents = c.Parents[:1]
			}
		}
		for range rapid.IntRange(0, 4).Draw(t, "changes") {
			change := testgit.Change{Path: rapid.SampledFrom(paths).Draw(t, "path")}
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				change.Delete = true
			case 1:
				change.Mode, change.Content = testgit.Symlink, "todo"
			case 2:
				change.Mode, change.Content = testgit.Submodule, strings.Repeat("ab", 20)
			// the same content again: a rename, a copy, a revert, or only a change of mode
			case 3, 4:
				if len(earlier) > 0 {
					change.Content = rapid.SampledFrom(earlier).Draw(t, "again").Content
					change.Mode = rapid.SampledFrom([]string{testgit.File, testgit.Executable}).Draw(t, "mode")
				}
			default:
				change.Content = draw(t)
			}
			if !change.Delete && change.Mode != testgit.Submodule {
				earlier = append(earlier, change)
			}
			c.Changes = append(c.Changes, change)
			for _, folder := range copies {
				if again := change; rapid.IntRange(0, 19).Draw(t, "copied") > 0 {
					again.Path = folder + change.Path
					c.Changes = append(c.Changes, again)
				}
			}
		}
		commits = append(commits, c)
	}
	return commits
}

// drawOddities sometimes writes the commits again with modes and dates that git itself does not
// write.
func drawOddities(t *rapid.T, repo *testgit.Repo, ids []string) []string {
	if rapid.IntRange(0, 3).Draw(t, "oddities") > 0 {
		return ids
	}
	modes := append([]string{""}, rapid.SliceOfN(rapid.SampledFrom(testgit.OddModes), 1, 3).Draw(t, "modes")...)
	dates := rapid.SliceOfN(rapid.SampledFrom(testgit.OddDates), 1, 3).Draw(t, "dates")
	return repo.Rewrite(t, "main", ids, testgit.As{
		Mode: func(name, blob string) string { return modes[(int(blob[0])+len(name))%len(modes)] },
		Date: func(i int) (string, bool) { return dates[i%len(dates)], i%4 == 3 },
	})
}

func TestSearch_EqualsCountingEveryCommitByItself(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	cases := 0
	rapid.Check(t, func(t *rapid.T) {
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		defer os.RemoveAll(dir)
		format := rapid.SampledFrom([]string{"sha1", "sha1", "sha256"}).Draw(t, "format")
		repo := testgit.Init(t, dir, format)
		commits := drawHistory(t)
		if format == "sha256" {
			for i := range commits {
				for j := range commits[i].Changes {
					if c := &commits[i].Changes[j]; c.Mode == testgit.Submodule {
						c.Content = strings.Repeat("ab", 32)
					}
				}
			}
		}
		storage := rapid.SampledFrom([]string{"loose", "packed", "repacked"}).Draw(t, "storage")
		ids := repo.Import(t, "main", storage == "packed", commits...)
		if format == "sha1" {
			ids = drawOddities(t, repo, ids)
		}
		if storage == "repacked" {
			repo.Repack(t)
		}

		q := rapid.SampledFrom(queries).Draw(t, "query")
		m := compile(t, q.text, q.byValue)
		asked := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, len(ids), rapid.ID).Draw(t, "asked")
		if rapid.Bool().Draw(t, "in order") {
			slices.SortFunc(asked, func(a, b string) int { return slices.Index(ids, b) - slices.Index(ids, a) })
		}

		got, stats := searchAll(t, repo, m, rapid.IntRange(1, 3).Draw(t, "workers"), asked...)
		want := newTruth(t, repo, m)
		for i, id := range asked {
			if diff := cmp.Diff(want.at(id), got[i], sameResults); diff != "" {
				t.Fatalf("query %q at commit %s (-truth +search):\n%s", q.text, id, diff)
			}
		}
		if stats.Blobs != int64(len(want.wanted)) {
			t.Fatalf("query %q: %d blobs read, but %d distinct ones pass the path filters", q.text, stats.Blobs, len(want.wanted))
		}
	})
}
