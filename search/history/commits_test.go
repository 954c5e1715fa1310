package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// commitTruth finds the matching commits in the output of `git log -p`, and evaluates the nodes of
// the query one by one.
type commitTruth struct {
	t     testgit.TB
	repo  *testgit.Repo
	query *query.Query
	files *truth
	of    map[string]*patch
	chain []string // newest first
	at    map[time.Time]string
}

// A patch is a commit in the output of git log.
type patch struct {
	author, committer, message string
	time                       time.Time
	changes                    []patchedFile
}

type patchedFile struct {
	path           string
	regular        bool // the content of a regular file changed, not only its mode
	added, removed map[string]int
}

func newCommitTruth(t testgit.TB, repo *testgit.Repo, q *query.Query, m *match.Matcher) *commitTruth {
	tr := &commitTruth{t: t, repo: repo, query: q, files: newTruth(t, repo, m), of: map[string]*patch{}, at: map[time.Time]string{}}
	out := git(t, repo, "log", "--first-parent", "-m", "--root", "--no-renames", "--raw", "-p", "-U0", "-z", "--no-abbrev", "--no-textconv", "--no-ext-diff",
		"--format=%x01%x02%H%x00%an <%ae>%x00%cn <%ce>%x00%B%x00", "main")
	for record := range strings.SplitSeq(strings.TrimPrefix(out, "\x01\x02"), "\x01\x02") {
		head := strings.SplitN(record, "\x00", 5)
		if len(head) != 5 {
			t.Fatalf("truth: %q", record)
		}
		p := &patch{author: head[1], committer: head[2], message: head[3]}
		p.read(t, strings.TrimLeft(head[4], "\x00\n"))
		tr.of[head[0]] = p
		tr.chain = append(tr.chain, head[0])
	}
	tr.readTimes()
	return tr
}

// readTimes reads the committer dates as git reads them, which is not always how they are written:
// the placeholder %ct of git log repeats what is written.
func (tr *commitTruth) readTimes() {
	for line := range strings.Lines(git(tr.t, tr.repo, "rev-list", "--first-parent", "--timestamp", "main")) {
		seconds, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		unix, err := strconv.ParseUint(seconds, 10, 64)
		if err != nil {
			tr.t.Fatalf("truth: %q", line)
		}
		tr.of[id].time = gitrepo.LatestTime
		if unix < uint64(gitrepo.LatestTime.Unix()) {
			tr.of[id].time = time.Unix(int64(unix), 0).UTC()
		}
	}
}

// read parses the raw entries and then the sections of a patch, which are in the same order. There
// is one section per entry, or two if a file changed its type.
func (p *patch) read(t testgit.TB, text string) {
	var of []*patchedFile
	regular := func(mode string) bool { return strings.HasPrefix(mode, "100") }
	for strings.HasPrefix(text, ":") {
		entry, rest, _ := strings.Cut(text, "\x00")
		path, rest, _ := strings.Cut(rest, "\x00")
		text = rest
		f := strings.Fields(entry[1:]) // modes, ids and status
		file := &patchedFile{path: path, regular: (regular(f[0]) || regular(f[1])) && f[2] != f[3] || regular(f[0]) != regular(f[1]), added: map[string]int{}, removed: map[string]int{}}
		if f[4] != "T" {
			of = append(of, file)
			continue
		}
		come := &patchedFile{path: path, regular: regular(f[1]), added: map[string]int{}, removed: map[string]int{}}
		file.regular = regular(f[0])
		of = append(of, file, come)
	}
	text = strings.TrimLeft(text, "\x00")
	at := -1
	for len(text) > 0 {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		switch {
		case strings.HasPrefix(line, "diff --git "):
			at++
			// A name may contain a line feed, so the header may continue.
			for len(text) > 0 && !headerLine.MatchString(text) && !strings.HasPrefix(text, "diff --git ") {
				_, text, _ = strings.Cut(text, "\n")
			}
		case hunk.MatchString(line):
			m := hunk.FindStringSubmatch(line)
			for i, lines := range []map[string]int{of[at].removed, of[at].added} {
				n := 1
				if m[i+1] != "" {
					n, _ = strconv.Atoi(m[i+1][1:])
				}
				for range n {
					changed, rest, _ := strings.Cut(text, "\n")
					text = rest
					lines[changed[1:]]++
					if strings.HasPrefix(text, "\\ ") {
						_, text, _ = strings.Cut(text, "\n")
					}
				}
			}
		}
	}
	if at+1 != len(of) {
		t.Fatalf("truth: %d sections for %d entries", at+1, len(of))
	}
	for _, f := range of {
		if f.regular {
			p.changes = append(p.changes, *f)
		}
	}
}

var (
	hunk       = regexp.MustCompile(`^@@ -\d+(,\d+)? \+\d+(,\d+)? @@`)
	headerLine = regexp.MustCompile(`^(index [0-9a-f]+\.\.|old mode |new file mode |deleted file mode )`)
)

func (tr *commitTruth) matches(p *patch) bool {
	if tr.query.Type == query.TypeCommit {
		return tr.query.Expr == nil || tr.holds(tr.query.Expr, p, p.changes)
	}
	for _, c := range p.changes {
		if tr.query.Expr == nil || tr.holds(tr.query.Expr, p, []patchedFile{c}) {
			return true
		}
	}
	return false
}

func (tr *commitTruth) holds(n query.Node, p *patch, changes []patchedFile) bool {
	flags := "(?im)"
	if tr.query.CaseSensitive {
		flags = "(?m)"
	}
	switch n := n.(type) {
	case *query.And:
		for _, k := range n.Nodes {
			if !tr.holds(k, p, changes) {
				return false
			}
		}
		return true
	case *query.Or:
		for _, k := range n.Nodes {
			if tr.holds(k, p, changes) {
				return true
			}
		}
		return false
	case *query.Not:
		return !tr.holds(n.Node, p, changes)
	case *query.Filter:
		switch n.Name {
		case "before", "after":
			at, ok := query.ParseDate(n.Value)
			return ok && (n.Name == "before" && !p.time.After(at) || n.Name == "after" && !p.time.Before(at))
		case "file":
			re := regexp.MustCompile(strings.Replace(flags, "m", "s", 1) + n.Value)
			return slices.ContainsFunc(changes, func(c patchedFile) bool { return re.MatchString(c.path) })
		default:
			text := map[string]string{"author": p.author, "committer": p.committer, "message": p.message}[n.Name]
			return regexp.MustCompile("(?im)" + n.Value).MatchString(text)
		}
	case *query.Pattern:
		re := n.Text
		if n.Kind == query.Literal {
			re = regexp.QuoteMeta(re)
		}
		found := func(text string) bool {
			all := regexp.MustCompile(flags+re).FindAllStringIndex(text, -1)
			return slices.ContainsFunc(all, func(at []int) bool { return at[0] < at[1] })
		}
		if tr.query.Type == query.TypeCommit {
			return found(p.message)
		}
		more := func(a, b map[string]int) bool {
			for line, n := range a {
				if n > b[line] && found(line) {
					return true
				}
			}
			return false
		}
		return slices.ContainsFunc(changes, func(c patchedFile) bool {
			return tr.query.Select != query.SelectRemoved && more(c.added, c.removed) || tr.query.Select != query.SelectAdded && more(c.removed, c.added)
		})
	}
	tr.t.Fatalf("truth: no meaning for %s", n)
	return false
}

// asOf returns the commit that `git rev-list` names.
func (tr *commitTruth) asOf(t time.Time) string {
	id, known := tr.at[t]
	if !known {
		id = strings.TrimSpace(git(tr.t, tr.repo, "rev-list", "-1", "--first-parent", fmt.Sprintf("--before=%d +0000", t.Unix()), "main"))
		tr.at[t] = id
	}
	return id
}

// between counts the matching commits from the commit as of `until` back to, but excluding, the
// commit as of `since`.
func (tr *commitTruth) between(since, until time.Time) (commit string, value int64) {
	commit, start := tr.asOf(until), tr.asOf(since)
	if commit == "" {
		return "", 0
	}
	for _, id := range tr.chain[slices.Index(tr.chain, commit):] {
		if id == start {
			break
		}
		if tr.matches(tr.of[id]) {
			value++
		}
	}
	if !tr.files.holds(commit) {
		value = 0
	}
	if tr.query.Select == query.SelectRepo {
		value = min(1, value)
	}
	return commit, value
}

var commitQueries = []string{
	"type:commit", "type:diff", "type:commit todo", "type:commit revert OR author:bo", "type:commit -author:ann fix", "type:commit NOT fix message:^body",
	"type:commit committer:carl before:2024-02-03T00:00:00Z", "type:commit after:2024-02-02", `type:commit file:\.go$`, "type:commit -file:^d/ todo", "type:commit file:txt -file:py OR fix",
	"type:diff todo", "type:diff TODO case:yes", "type:diff select:commit.diff.added todo", "type:diff select:commit.diff.removed todo file:go", "type:diff -file:^d/ go1",
	`type:diff patterntype:regexp go\d+\.\d+`, `type:diff patterntype:regexp ^x`, `type:diff patterntype:regexp \Atodo\s*$`, `type:diff patterntype:regexp todo\s+func`, `type:diff patterntype:regexp (todo|x)$ author:ann`,
	"type:diff todo AND func", "type:diff todo NOT func", "type:diff NOT todo", "type:diff author:bo file:Makefile", "type:diff message:fix OR ärger", "type:diff (todo file:^d/) OR (func -file:^d/)",
	"type:diff select:repo todo", "type:commit repohasfile:^a.go$ fix", "type:diff -repo:has.content(func) todo", "type:commit select:repo repohasfile:d/ revert",
}

func TestSearchCommits_EqualsGitLog(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	cases, counted := 0, int64(0)
	rapid.Check(t, func(t *rapid.T) {
		cases++
		dir := filepath.Join(base, fmt.Sprint(cases))
		defer os.RemoveAll(dir)
		repo := testgit.Init(t, dir, "sha1")
		// git log compares lines with their line ends, and shows no lines of texts in UTF-16.
		commits := drawHistoryOf(t, drawText)
		for i := range commits {
			commits[i].Author = rapid.SampledFrom([]string{"Ann <ann@example.com>", "Bo B <bo@example.com>"}).Draw(t, "author")
			commits[i].Message = rapid.SampledFrom([]string{"fix", "Revert \"todo\"\n", "Fix todo\n\nbody\n", "other", ""}).Draw(t, "message")
		}
		packed := rapid.Bool().Draw(t, "packed")
		drawOddities(t, repo, repo.Import(t, "main", packed, commits...))
		q, err := query.Parse(rapid.SampledFrom(commitQueries).Draw(t, "query"))
		if err != nil {
			t.Fatalf("%v", err)
		}
		m := compile(t, q.String(), false)
		r, err := gitrepo.Open(context.Background(), repo.Dir)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		_, tip, err := r.DefaultBranch(context.Background())
		if err != nil {
			t.Fatalf("tip: %v", err)
		}
		chain, err := r.FirstParents(context.Background(), tip, "")
		if err != nil {
			t.Fatalf("chain: %v", err)
		}
		truth := newCommitTruth(t, repo, q, m)
		var want []Result
		req := CommitRequest{Repo: r, Matcher: m, Chain: chain, Workers: rapid.IntRange(1, 2).Draw(t, "workers")}
		step := time.Duration(rapid.IntRange(1, 100).Draw(t, "step")) * time.Hour
		start := testgit.Epoch.Add(time.Duration(rapid.IntRange(-50, 100).Draw(t, "start")) * time.Hour)
		for k := rapid.IntRange(1, 8).Draw(t, "points"); k > 0; k-- {
			since, until := start.Add(time.Duration(k-1)*step), start.Add(time.Duration(k)*step)
			commit, value := truth.between(since, until)
			i, ok := Between(chain, since, until)
			if ok != (commit != "") || ok && string(chain[i.First].ID) != commit {
				t.Fatalf("from %s to %s: %v, %v, expected %q", since, until, i, ok, commit)
			}
			if ok {
				req.Intervals = append(req.Intervals, i)
				want = append(want, Result{Commit: gitrepo.OID(commit), Value: value})
				counted += value
			}
		}
		var got []Result
		if err := SearchCommits(context.Background(), req, func(r Result) error { got = append(got, r); return nil }); err != nil {
			t.Fatalf("search: %v", err)
		}
		if diff := cmp.Diff(want, got, sameResults); diff != "" {
			t.Fatalf("query %q (-git log +search):\n%s", q, diff)
		}
	})
	require.Greater(t, counted, int64(cases/8), "commits must match, or nothing was compared")
}
