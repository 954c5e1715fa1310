package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/cmd/backsight/internal/historycmd"
)

// program is the path of the built program. "" means a short run, which needs neither the program
// nor a server.
var program = os.Getenv("BACKSIGHT_CONFORMANCE")

// only is a regular expression for the names of the fixtures that run.
var only = regexp.MustCompile(os.Getenv("BACKSIGHT_CONFORMANCE_ONLY"))

// The ways in which each case is run.
const (
	withoutIndex = "without an index"
	withIndex    = "with an index"
	withUpdated  = "with an updated index"
	everyCommit  = "--every commit"
	asProgram    = "the built program"
	onServer     = "a series on the server"
)

// served is the folder in which the server finds its repositories.
const served = "served"

// result is what a run found out about a case.
type result struct {
	git         string            // git's answer, "" when there is none
	right       string            // the right answer
	ours        string            // Backsight's answer without an index, if it is wrong
	differences map[string]string // by mode
}

// built is a fixture with its repository.
type built struct {
	fixture
	*builder
	history *historyOf
	times   []int64
	indexes string // a folder for indexes
	results []result
}

func TestConformance(t *testing.T) {
	t.Parallel()
	// The names of folders in t.TempDir are too long for the report of a failure.
	root, err := os.MkdirTemp("", "backsight-conformance-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(root) })
	all := make([]*built, len(suite()))
	t.Run("command", func(t *testing.T) {
		for i, f := range suite() {
			if only.MatchString("") && program == "" && i%2 == 1 {
				continue // a short run builds half of the repositories
			}
			if !only.MatchString(f.name) && f.name != healthyFixture {
				continue
			}
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				all[i] = f.run(t, root)
			})
		}
	})
	if t.Failed() || program == "" {
		judge(t, all)
		return
	}
	t.Run("program", func(t *testing.T) { runProgram(t, all) })
	t.Run("server", func(t *testing.T) { runServer(t, filepath.Join(root, served), all) })
	judge(t, all)
	writeReport(t, all)
}

// run builds a fixture's repository and runs its checks in this process.
func (f fixture) run(t *testing.T, root string) *built {
	folder := served
	if f.alone {
		folder = "alone"
	}
	own := filepath.Join(root, folder, f.name)
	require.NoError(t, os.MkdirAll(own, 0o755))
	x := &built{fixture: f, builder: f.make(t, own), indexes: filepath.Join(root, "indexes", f.name), results: make([]result, len(f.checks))}
	tip := f.tip
	if tip == "" {
		tip = "HEAD"
	}
	if x.then == nil {
		x.history = readHistory(t, x.Dir, tip)
		x.prime(t)
	} else {
		x.prime(t)
		x.then(x.builder)
		x.history = readHistory(t, x.Dir, tip)
	}
	x.times = f.sampleTimes(x.history)
	for i, c := range f.checks {
		x.results[i] = x.check(t, c, i)
	}
	return x
}

// prime makes the index that is updated afterwards: before `then` changes the repository or, if the
// fixture has no `then`, without the newest commit.
func (x *built) prime(t *testing.T) {
	if x.then == nil {
		defer x.rewind()()
	}
	command := x.command(x.builder, check{query: "prime"})
	command.At, command.Index = []string{"2031-01-01T00:00:00Z"}, filepath.Join(x.indexes, withUpdated)
	_, _ = history(t, command) // a repository that cannot be searched gets no index
}

// rewind sets main to the commit before its tip, and returns a function that sets it back. It does
// nothing if main has a single commit, or is not a file in refs/heads that contains the id of the
// tip.
func (x *built) rewind() (undo func()) {
	const main = "refs/heads/main"
	before, err := os.ReadFile(filepath.Join(x.Dir, main))
	n := len(x.history.commits)
	if err != nil || n < 2 || string(before) != x.history.tip+"\n" {
		return func() {}
	}
	x.setMain(x.history.commits[n-2])
	return func() { x.write(main, string(before)) }
}

// check runs a check without an index, with one, with one that is updated, and with --every commit.
// A short run leaves out two of the last three, in turn, unless the check is open. An inventory,
// and a query that must be refused, run only without an index.
func (x *built) check(t *testing.T, c check, place int) result {
	turn := []string{withIndex, withUpdated, everyCommit}[(place+len(x.fixture.name))%3]
	runs := func(mode string) bool { return program != "" || c.open != "" || mode == withoutIndex || mode == turn }
	want := x.samples(c, x.times)
	r := result{differences: map[string]string{}, right: x.render(c.want)}
	switch {
	case c.git.of != nil:
		r.git = x.render(c.git)
	case c.want.byGit:
		r.git = r.right
	}
	switch {
	case c.languages:
		var command historycmd.InventoryCommand
		command.Repositories, command.Query, command.At = []string{x.path}, c.query, at(want)
		lines, err := inventory(t, command)
		r.note(withoutIndex, want, lines, err)
		return r
	case r.right == "refused":
		command := x.command(x.builder, c)
		command.At = at(want)
		lines, err := history(t, command)
		r.noteRefusal(withoutIndex, want, lines, err)
		return r
	}
	for _, mode := range []string{withoutIndex, withIndex, withUpdated} {
		if !runs(mode) {
			continue
		}
		command := x.command(x.builder, c)
		command.At = at(want)
		if mode != withoutIndex {
			command.Index = filepath.Join(x.indexes, mode)
		}
		if mode == withUpdated && c.updated.of != nil {
			want = x.samples(check{query: c.query, want: c.updated}, x.times)
		}
		lines, err := history(t, command)
		r.note(mode, want, lines, err)
	}
	command := x.command(x.builder, c)
	if command.ByValue || !runs(everyCommit) {
		return r // the command has no list of commits by value
	}
	command.Every, command.Until = "commit", time.Unix(far, 0).UTC().Format(time.RFC3339)
	lines, err := history(t, command)
	if err != nil {
		r.differences[everyCommit] = err.Error()
	} else if d := compareCommits(c, x.history, lines); d != "" {
		r.differences[everyCommit] = d
	}
	return r
}

// note records how samples differ from the right ones.
func (r *result) note(mode string, want []expected, lines []line, err error) {
	if err != nil {
		r.differences[mode] = err.Error()
		return
	}
	if d := compareSamples(want, lines); d != "" {
		r.differences[mode] = d
		if mode == withoutIndex {
			r.ours = renderLines(want, lines)
		}
	}
}

// noteRefusal records that a query was accepted, or refused with another message.
func (r *result) noteRefusal(mode string, want []expected, lines []line, err error) {
	message := want[len(want)-1].answer.reason
	switch {
	case err == nil:
		r.differences[mode] = "not refused: " + renderLines(want, lines)
	case !regexp.MustCompile(message).MatchString(err.Error()):
		r.differences[mode] = fmt.Sprintf("the message %q, expected %q", err, message)
	}
}

// judge fails the test for each case that differs, and for each open case that does not.
func judge(t *testing.T, all []*built) {
	t.Helper()
	for _, x := range all {
		if x == nil {
			continue // it did not run
		}
		for i, c := range x.checks {
			r := x.results[i]
			name := x.fixture.name + ": " + x.caseName(c)
			modes := sorted(r.differences)
			switch {
			case c.open == "":
				for _, mode := range modes {
					t.Errorf("%s: %s: %s", name, mode, r.differences[mode])
				}
			case len(modes) == 0 && program == "" && strings.Contains(c.open, "program"):
				// Only the built program is wrong, which a short run does not start.
			case len(modes) == 0:
				t.Errorf("%s: it is right; remove the mark open: %q", name, c.open)
			default:
				t.Logf("open (%s): %s: %v: %s", c.open, name, modes, r.differences[modes[0]])
			}
		}
	}
}
