package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/historycmd"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
)

// line is a line of the JSON that `backsight history` prints: a sample, or with --every commit a
// commit.
type line struct {
	Time    string
	Commit  string
	Outcome string
	Reason  string
	Delta   *int64
	Value   *int64
	Values  map[string]int64
}

func (l line) String() string {
	if l.Value == nil {
		return l.Outcome + ": " + l.Reason
	}
	if l.Outcome == "counted" || l.Outcome == "reused" {
		return answer{value: *l.Value, values: l.Values}.String()
	}
	return fmt.Sprintf("%s %d %s", l.Outcome, *l.Value, l.Reason)
}

// timeout is how long one call may take before the case fails.
const timeout = 2 * time.Minute

// history runs `backsight history --json` in this process.
func history(t testing.TB, command historycmd.HistoryCommand) ([]line, error) {
	t.Helper()
	command.JSON = true
	out, err := run(t, command.Run)
	if err != nil {
		return nil, err
	}
	return decode(out)
}

// run runs a command and returns its standard output.
func run(t testing.TB, command func(context.Context, *output.Streams) error) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	if err := command(ctx, &output.Streams{Out: &stdout, Err: &stderr}); err != nil && !errors.Is(err, output.ErrReported) {
		return nil, err
	}
	return stdout.Bytes(), nil
}

// inventory runs `backsight inventory --json` in this process. In each line that it returns, the
// values are the numbers of lines by language.
func inventory(t testing.TB, command historycmd.InventoryCommand) ([]line, error) {
	t.Helper()
	command.JSON, command.By, command.Measure = true, "language", "lines"
	out, err := run(t, command.Run)
	if err != nil {
		return nil, err
	}
	var lines []line
	for one := range bytes.Lines(out) {
		var l struct {
			line
			Total     struct{ Lines int64 }
			Languages map[string]struct{ Lines int64 }
		}
		if err := json.Unmarshal(one, &l); err != nil {
			return nil, fmt.Errorf("%.200s: %w", one, err)
		}
		l.Value, l.Values = &l.Total.Lines, map[string]int64{}
		for language, measured := range l.Languages {
			l.Values[language] = measured.Lines
		}
		lines = append(lines, l.line)
	}
	return lines, nil
}

func decode(text []byte) (lines []line, err error) {
	for one := range bytes.Lines(text) {
		var l line
		if err := json.Unmarshal(one, &l); err != nil {
			return nil, fmt.Errorf("%.200s: %w", one, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// command returns the command of a check, without sample times and without --index.
func (f fixture) command(b *builder, c check) historycmd.HistoryCommand {
	var command historycmd.HistoryCommand
	command.Repositories, command.Query = []string{b.path}, c.query
	command.ByValue = c.byValue || f.flags.byValue
	command.Rev = f.flags.rev
	return command
}

// at formats sample times for --at.
func at(want []expected) (times []string) {
	for _, x := range want {
		times = append(times, time.Unix(x.time, 0).UTC().Format(time.RFC3339))
	}
	return times
}

// compareSamples returns how samples differ from the right ones, "" when they are equal.
func compareSamples(want []expected, lines []line) string {
	byTime := map[string]line{}
	for _, l := range lines {
		byTime[l.Time] = l
	}
	var differences []string
	for i, when := range at(want) {
		if d := differs(want[i], byTime[when]); d != "" {
			differences = append(differences, fmt.Sprintf("at %s: %s", when, d))
		}
	}
	return strings.Join(differences, "; ")
}

// differs says how a sample differs from the right one, "" when it is equal.
func differs(want expected, got line) string {
	outcome := got.Outcome
	if outcome == "reused" {
		outcome = "counted"
	}
	a := want.answer
	switch {
	case outcome == "":
		return "no sample"
	case outcome != a.outcome:
		return fmt.Sprintf("%v, expected %s %v", got, a.outcome, a)
	case a.reason != "" && !regexp.MustCompile(a.reason).MatchString(got.Reason):
		return fmt.Sprintf("reason %q, expected %q", got.Reason, a.reason)
	case a.outcome == "failed":
		return ""
	case want.commit != got.Commit && want.commit != "":
		return fmt.Sprintf("commit %.12s, expected %.12s", got.Commit, want.commit)
	case got.Value == nil, a.value >= 0 && *got.Value != a.value:
		return fmt.Sprintf("%v, expected %v", got, a)
	case a.count > 0 && a.count != len(got.Values):
		return fmt.Sprintf("%v, expected %v", got, a)
	case a.values != nil && !maps.Equal(a.values, withoutZeros(got.Values)):
		return fmt.Sprintf("%v, expected %v", got, a)
	}
	return ""
}

// compareCommits returns how the list of commits of --every commit differs from the right one.
func compareCommits(c check, h *historyOf, lines []line) string {
	if len(h.commits) == 0 {
		a := c.want.of(h, "")
		if a.outcome == "absent" && len(lines) == 0 {
			return ""
		}
		if len(lines) != 1 {
			return fmt.Sprintf("%d commits, expected %s", len(lines), a.outcome)
		}
		return differs(expected{answer: a}, lines[0])
	}
	listed := map[string]line{}
	for _, l := range lines {
		if l.Commit == "" {
			return l.String()
		}
		listed[l.Commit] = l
	}
	if aboutCommits.MatchString(c.query) {
		return compareMatching(c, h, listed)
	}
	// Between two listed commits, neither the count nor the missing objects change.
	zero := int64(0)
	current := line{Outcome: "counted", Value: &zero}
	for i, id := range h.commits[:h.at(far)+1] {
		if l, ok := listed[id]; ok {
			current = l
			if strings.HasPrefix(l.Reason, "the commit before: ") {
				current.Outcome, current.Reason = "counted", ""
			}
		}
		if len(h.commits) > maxSamples && i%(len(h.commits)/maxSamples) > 0 {
			continue
		}
		current.Commit = id
		a := c.want.of(h, id)
		a.values = nil // --every commit lists totals
		if d := differs(expected{commit: id, answer: a}, current); d != "" {
			return fmt.Sprintf("commit %d: %s", i, d)
		}
	}
	return ""
}

// compareMatching compares the commits that match a query about commits.
func compareMatching(c check, h *historyOf, listed map[string]line) string {
	for i, id := range h.commits[:h.at(far)+1] {
		a, l := c.want.of(h, id), listed[id]
		if l.Delta == nil {
			zero := int64(0)
			l = line{Outcome: "counted", Delta: &zero}
		}
		if *l.Delta != a.value || a.outcome == "partial" && l.Outcome != "partial" {
			return fmt.Sprintf("commit %d: %d, expected %v", i, *l.Delta, a)
		}
	}
	return ""
}

// sorted returns the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// withoutZeros returns a copy of m without the values whose count is 0.
func withoutZeros(m map[string]int64) map[string]int64 {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(_ string, n int64) bool { return n == 0 })
	return m
}
