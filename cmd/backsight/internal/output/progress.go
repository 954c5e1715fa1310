package output

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
)

// Progress shows a tally as it grows. On a terminal it redraws one line; elsewhere it prints a line
// whenever another tenth is done.
type Progress struct {
	w        io.Writer
	terminal bool
	width    int  // of the last drawn line, in runes
	tenth    int  // the number of the last tenth for which a line was printed
	shown    bool // a line is on the terminal
}

// NewProgress returns a Progress that writes to w.
func NewProgress(w io.Writer) *Progress {
	return &Progress{w: w, tenth: -1, terminal: IsTerminal(w)}
}

// Show draws the tally. `rate`, in samples per second, and `eta` are 0 when unknown.
func (p *Progress) Show(c insights.Completeness, rate float64, eta time.Duration) {
	line := Line(c, rate, eta)
	if p.terminal {
		n := len([]rune(line))
		fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.width-n)))
		p.width, p.shown = n, true
		return
	}
	if tenth := c.Percent() / 10; c.Planned > 0 && tenth != p.tenth {
		p.tenth = tenth
		fmt.Fprintln(p.w, line)
	}
}

// Say prints a message on a separate line.
func (p *Progress) Say(message string) {
	p.End()
	fmt.Fprintln(p.w, CleanLines(message))
}

// End finishes the redrawn line. Idempotent.
func (p *Progress) End() {
	if p.terminal && p.shown {
		fmt.Fprintln(p.w)
		p.shown, p.width = false, 0
	}
}

// Line formats the tally as one line: a bar of the outcomes, the percentage, the counts, the rate
// and the time left.
func Line(c insights.Completeness, rate float64, eta time.Duration) string {
	if c.Planned == 0 {
		return "planning…"
	}
	parts := []string{fmt.Sprintf("%s %3d%%  %d/%d", bar(c), c.Percent(), c.Done(), c.Planned)}
	for _, o := range insights.Outcomes {
		if n := c.Of(o); n > 0 && o != insights.Pending {
			parts = append(parts, fmt.Sprintf("%s %d", o, n))
		}
	}
	if rate > 0 {
		parts = append(parts, fmt.Sprintf("%.3g/s", rate), Duration(eta)+" left")
	}
	return strings.Join(parts, "  ")
}

// marks are the characters that the bar uses for each outcome.
var marks = map[insights.Outcome]string{
	insights.Counted: "█", insights.Reused: "▓", insights.Absent: "▒", insights.Partial: "~", insights.Failed: "!", insights.Pending: "·",
}

const barWidth = 30

// bar divides its cells among the outcomes by their shares. Each outcome that occurs gets at least
// one cell, so that one failure in a thousand samples is visible.
func bar(c insights.Completeness) string {
	var b strings.Builder
	used, sum, occurring := 0, int64(0), 0 // occurring: outcomes that still need a cell
	for _, o := range insights.Outcomes {
		if c.Of(o) > 0 {
			occurring++
		}
	}
	for _, o := range insights.Outcomes {
		n := c.Of(o)
		if n == 0 {
			continue
		}
		occurring--
		sum += n
		end := int(math.Round(float64(sum) * barWidth / float64(c.Planned)))
		end = min(max(end, used+1), barWidth-occurring)
		b.WriteString(strings.Repeat(marks[o], end-used))
		used = end
	}
	return b.String()
}

// Duration formats d in seconds or minutes, rounded up to whole numbers, or in hours with one
// decimal.
func Duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(math.Ceil(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(math.Ceil(d.Minutes())))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}
