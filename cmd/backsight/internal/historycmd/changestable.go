package historycmd

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/insights"
)

// The widths of texts in the list of changes, in runes. Longer texts are cut; JSON has the full
// texts.
const (
	shortCommit = 12
	maxAuthor   = 24
	maxSubject  = 60
)

// writeChanges prints the changes of one repository after the other, newest first.
func writeChanges(w io.Writer, p *plan, repositories []*repository) error {
	b := bufio.NewWriter(w)
	output.Printf(b, "%s\ncommits that changed the count", p.query)
	if !p.until.IsZero() {
		output.Printf(b, ", until %s", p.until.UTC().Format(time.RFC3339))
	}
	b.WriteByte('\n')
	for _, r := range repositories {
		for _, notice := range r.notices {
			output.Printf(b, "\n%s: notice: %s", r.label, notice)
		}
		output.Printf(b, "\n%s: ", r.label)
		switch {
		case r.err != nil:
			output.Printf(b, "failed: %v\n", r.err)
			continue
		case len(r.changes) == 0:
			b.WriteString("no commit changed the count\n")
			continue
		}
		b.WriteString(output.Count(len(r.changes), "commit", "commits") + "\n")
		grid := &table{}
		grid.add("TIME", "COMMIT", "AUTHOR", "SUBJECT", "DELTA", "VALUE")
		partial, reason := 0, ""
		for _, c := range r.changes {
			value := fmt.Sprint(c.value)
			if c.outcome == insights.Partial {
				value = "≥" + value
				partial++
				if reason == "" {
					reason = c.reason
				}
			}
			author, _, _ := strings.Cut(c.author, " <")
			grid.add(c.time.Format(time.RFC3339), string(c.commit[:shortCommit]), cut(author, maxAuthor), cut(c.subject, maxSubject),
				fmt.Sprintf("%+d", c.delta), value)
		}
		grid.print(b)
		if partial > 0 {
			output.Printf(b, "%d of them are partial, the newest because of: %s\n", partial, reason)
		}
	}
	return b.Flush()
}

// cut shortens a text to at most n runes, the ellipsis included.
func cut(text string, n int) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= n {
		return string(runes)
	}
	return string(runes[:n-1]) + "…"
}
