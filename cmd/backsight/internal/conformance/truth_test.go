package conformance

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answer is the right answer at one commit. For a query about commits, it counts only this commit.
type answer struct {
	outcome string           // counted, partial, failed, absent; or refused, of a query
	value   int64            // -1: not compared
	values  map[string]int64 // the count of each captured value or language; nil: not compared
	count   int              // with distinct: the number of different values
	reason  string           // a regular expression for the reason of a partial or failed sample
}

func counted(n int64) answer { return answer{outcome: "counted", value: n} }

func (a answer) String() string {
	switch {
	case a.outcome == "failed", a.outcome == "refused", a.outcome == "absent":
		return a.outcome
	case a.outcome == "partial":
		return fmt.Sprintf("at least %d", a.value)
	case a.count > 0:
		return fmt.Sprintf("%d different values", a.count)
	case a.values != nil:
		var parts []string
		for _, v := range slices.Sorted(maps.Keys(a.values)) {
			parts = append(parts, fmt.Sprintf("%q: %d", v, a.values[v]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return strconv.FormatInt(a.value, 10)
}

// truth gives the right answer at a commit.
type truth struct {
	of    func(h *historyOf, commit string) answer
	byGit bool // the answer comes from git; otherwise the fixture states it
}

// historyOf is the first-parent history of a fixture's repository, as git reports it.
type historyOf struct {
	t       testing.TB
	dir     string // the git directory
	tip     string
	commits []string // oldest first
	dates   []int64  // committer dates, in seconds since 1970
	cache   map[string]string
}

// withoutGrafts makes git ignore grafts, as Backsight does.
var withoutGrafts = []string{"GIT_GRAFT_FILE=" + os.DevNull}

// readHistory asks git for the history of rev. If `git rev-list` fails, readHistory follows the
// first parents with `git cat-file`, as far as git can read them.
func readHistory(t testing.TB, dir, rev string) *historyOf {
	t.Helper()
	h := &historyOf{t: t, dir: dir, cache: map[string]string{}}
	out, broken := runGit(dir, nil, withoutGrafts, "--no-replace-objects", "--git-dir="+dir, "rev-list", "--first-parent", "--timestamp", rev, "--")
	for line := range strings.Lines(out) {
		date, id, _ := strings.Cut(strings.TrimSpace(line), " ")
		seconds, err := strconv.ParseUint(date, 10, 64)
		require.NoError(t, err)
		h.commits, h.dates = append(h.commits, id), append(h.dates, int64(min(seconds, 1<<62)))
	}
	for broken != nil && len(h.commits) > 0 && h.addParent() {
	}
	if len(h.commits) > 0 {
		h.tip = h.commits[0]
	}
	slices.Reverse(h.commits)
	slices.Reverse(h.dates)
	return h
}

var (
	parentLine    = regexp.MustCompile(`(?m)^parent ([0-9a-f]+)$`)
	committerLine = regexp.MustCompile(`(?m)^committer .* ([0-9]+) [-+][0-9]+$`)
)

// addParent adds the first parent of the oldest commit so far. It returns false if there is none,
// or if git cannot read one of the two.
func (h *historyOf) addParent() bool {
	read := func(id string) string {
		text, err := runGit(h.dir, nil, nil, "--no-replace-objects", "--git-dir="+h.dir, "cat-file", "commit", id)
		if err != nil {
			return ""
		}
		return text
	}
	parent := parentLine.FindStringSubmatch(read(h.commits[len(h.commits)-1]))
	if parent == nil {
		return false
	}
	committer := committerLine.FindStringSubmatch(read(parent[1]))
	if committer == nil {
		return false
	}
	seconds, err := strconv.ParseInt(committer[1], 10, 64)
	require.NoError(h.t, err)
	h.commits, h.dates = append(h.commits, parent[1]), append(h.dates, seconds)
	return true
}

// git returns the output of git. Exit status 1 of `git grep` is not an error: it found nothing.
func (h *historyOf) git(args ...string) string {
	h.t.Helper()
	key := strings.Join(args, "\x00")
	if out, ok := h.cache[key]; ok {
		return out
	}
	// With this LC_ALL, `git grep -i` ignores the case of letters beyond ASCII too.
	out, err := runGit(h.dir, nil, append([]string{"LC_ALL=C.UTF-8"}, withoutGrafts...), append([]string{"--git-dir=" + h.dir}, args...)...)
	if err != nil && (args[0] != "grep" || !strings.Contains(err.Error(), "exit status 1")) {
		require.NoError(h.t, err)
	}
	h.cache[key] = out
	return out
}

// at returns the index of the commit at a time, or -1: the first commit from the tip that is not
// dated later, which `git rev-list -1 --first-parent --before` prints.
func (h *historyOf) at(seconds int64) (place int) {
	for i := len(h.commits) - 1; i >= 0; i-- {
		if h.dates[i] <= seconds {
			return i
		}
	}
	return -1
}

// grepped returns the number of results that `git grep -z` prints for each commit: lines, matches
// with -o, or files with -l. It runs one process for all commits.
func (h *historyOf) grepped(args []string) map[string]int64 {
	h.t.Helper()
	counts := map[string]int64{}
	flags, paths := args, []string(nil)
	if i := slices.Index(args, "--"); i >= 0 {
		flags, paths = args[:i], args[i:]
	}
	rest := h.git(slices.Concat([]string{"grep", "-I", "-z"}, flags, h.commits, paths)...)
	for rest != "" {
		name, after, _ := strings.Cut(rest, "\x00")
		commit, _, _ := strings.Cut(name, ":")
		counts[commit]++
		if slices.Contains(args, "-l") {
			rest = after
		} else {
			_, rest, _ = strings.Cut(after, "\n")
		}
	}
	return counts
}

// grep is the number of matches that `git grep -o` prints, with these flags. Binary files are left
// out.
func grep(args ...string) truth {
	return truth{byGit: true, of: func(h *historyOf, commit string) answer {
		return counted(h.grepped(append([]string{"-o"}, args...))[commit])
	}}
}

// text is grep for a fixed text, with regard to case.
func text(s string) truth { return grep("-F", "-e", s) }

// anyCase is grep for a fixed text, without regard to case.
func anyCase(s string) truth { return grep("-i", "-F", "-e", s) }

// grepFiles is the number of files that `git grep -l` prints.
func grepFiles(args ...string) truth {
	return truth{byGit: true, of: func(h *historyOf, commit string) answer {
		return counted(h.grepped(append([]string{"-l"}, args...))[commit])
	}}
}

// regularFiles is the number of regular files in `git ls-tree -r` whose path matches.
func regularFiles(path string) truth {
	re := regexp.MustCompile(path)
	return truth{byGit: true, of: func(h *historyOf, commit string) answer {
		n := int64(0)
		for line := range strings.SplitSeq(h.git("ls-tree", "-r", "-z", "--full-tree", commit), "\x00") {
			head, name, _ := strings.Cut(line, "\t")
			if strings.HasPrefix(head, "100") && re.MatchString(name) {
				n++
			}
		}
		return counted(n)
	}}
}

// log is 1 for each first-parent commit that `git log` lists with these flags, else 0. The flags
// make git convert messages to UTF-8 before it searches them, and ignore renames.
func log(args ...string) truth {
	return truth{byGit: true, of: func(h *historyOf, commit string) answer {
		out := h.git(append(append([]string{"log", "--first-parent", "-m", "--format=%H", "--encoding=UTF-8", "--no-renames", "--no-patch"}, args...), h.tip)...)
		return counted(int64(strings.Count(out, commit)))
	}}
}

// values are given by hand, for each commit, oldest first. A single one is for all commits.
func values(n ...int64) truth {
	return truth{of: func(h *historyOf, commit string) answer {
		if len(n) == 1 {
			return counted(n[0])
		}
		require.Len(h.t, n, len(h.commits), "a value for each commit")
		return counted(n[slices.Index(h.commits, commit)])
	}}
}

// byValue is the count of each value, given by hand for each commit, oldest first. A single map is
// for all commits.
func byValue(maps ...map[string]int64) truth {
	return truth{of: func(h *historyOf, commit string) answer {
		m := maps[0]
		if len(maps) > 1 {
			require.Len(h.t, maps, len(h.commits), "values for each commit")
			m = maps[slices.Index(h.commits, commit)]
		}
		return answer{outcome: "counted", value: -1, values: m}
	}}
}

// distinct is a number of different values, whatever they are.
func distinct(n int) answer { return answer{outcome: "counted", value: -1, count: n} }

// answers are given by hand for each commit, oldest first. A single one is for all commits.
func answers(list ...answer) truth {
	return truth{of: func(h *historyOf, commit string) answer {
		if len(list) == 1 {
			return list[0]
		}
		require.Len(h.t, list, len(h.commits), "an answer for each commit")
		return list[slices.Index(h.commits, commit)]
	}}
}

// partial is a lower bound, with a regular expression for the reason.
func partial(atLeast int64, reason string) answer {
	return answer{outcome: "partial", value: atLeast, reason: reason}
}

// failed is no answer, with a regular expression for the reason.
func failed(reason string) answer { return answer{outcome: "failed", reason: reason} }

// refused is the answer to a query that Backsight must not accept, with a regular expression for
// the message.
func refused(message string) truth { return answers(answer{outcome: "refused", reason: message}) }

// when gives one truth for the commits before a place in the history, counted from the oldest, and
// another one from there on.
func when(place int, before, after truth) truth {
	return truth{byGit: before.byGit && after.byGit, of: func(h *historyOf, commit string) answer {
		if slices.Index(h.commits, commit) < place {
			return before.of(h, commit)
		}
		return after.of(h, commit)
	}}
}
