package conformance

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program is the path of the built program. "" means that only the part runs that needs neither the
// program nor a server.
var program = os.Getenv("BACKSIGHT_CONFORMANCE")

// The ways in which each case is run.
const (
	withoutIndex = "without an index"
	withIndex    = "with an index"
	withUpdated  = "with an updated index"
	everyCommit  = "--every commit"
	asProgram    = "the built program"
	onServer     = "a series on the server"
)

// result is what a run found out about a case.
type result struct {
	git         string            // git's answer, "" when there is none
	right       string            // the right answer
	ours        string            // our answer without an index
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
	// Postgres runs as another user when root runs the tests, and reads nothing here; but the names
	// of folders in t.TempDir are too long for the report of a failure.
	root, err := os.MkdirTemp("", "backsight-conformance-")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(root) })
	all := make([]*built, len(suite()))
	t.Run("command", func(t *testing.T) {
		for i, f := range suite() {
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
	t.Run("server", func(t *testing.T) { runServer(t, root, all) })
	judge(t, all)
	writeReport(t, all)
}

// run builds a fixture's repository and runs its checks in this process.
func (f fixture) run(t *testing.T, root string) *built {
	own := filepath.Join(root, f.name)
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
		x.results[i] = x.check(t, c)
	}
	return x
}

// prime makes the index that is updated afterwards: without the newest commit, unless the fixture
// adds commits itself.
func (x *built) prime(t *testing.T) {
	if x.then == nil {
		defer x.rewind()()
	}
	command := x.command(x.builder, check{query: "prime"})
	command.At, command.Index = []string{"2031-01-01T00:00:00Z"}, filepath.Join(x.indexes, withUpdated)
	_, _ = history(t, command) // a repository that cannot be searched gets no index
}

// rewind sets main to the commit before its tip, if there is one, and returns a function that sets
// it back. It only changes a ref in a file.
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
func (x *built) check(t *testing.T, c check) result {
	want := c.samples(x.history, x.times)
	r := result{differences: map[string]string{}, right: x.render(c.want)}
	switch {
	case c.git.of != nil:
		r.git = x.render(c.git)
	case c.want.byGit:
		r.git = r.right
	}
	for _, mode := range []string{withoutIndex, withIndex, withUpdated} {
		command := x.command(x.builder, c)
		command.At = at(want)
		if mode != withoutIndex {
			command.Index = filepath.Join(x.indexes, mode)
		}
		lines, err := history(t, command)
		if err != nil {
			r.differences[mode] = err.Error()
			continue
		}
		if d := compareSamples(want, lines); d != "" {
			r.differences[mode] = d
			if mode == withoutIndex {
				r.ours = renderLines(want, lines)
			}
		}
	}
	command := x.command(x.builder, c)
	command.Every = "commit"
	if n := len(x.history.dates); n > 0 {
		command.Until = time.Unix(max(far, want[len(want)-1].time), 0).UTC().Format(time.RFC3339)
	}
	lines, err := history(t, command)
	if err != nil {
		r.differences[everyCommit] = err.Error()
	} else if d := compareCommits(c, x.history, lines); d != "" {
		r.differences[everyCommit] = d
	}
	return r
}

// judge fails the test for each case that differs, and for each open case that does not.
func judge(t *testing.T, all []*built) {
	t.Helper()
	for _, x := range all {
		if x == nil {
			continue // its test has failed
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
			case len(modes) == 0:
				t.Errorf("%s: it is right; remove the mark open: %q", name, c.open)
			default:
				t.Logf("open (%s): %s: %v: %s", c.open, name, modes, r.differences[modes[0]])
			}
		}
	}
}
