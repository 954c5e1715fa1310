package query

import (
	"strconv"
	"strings"
	"time"
)

// CommitText holds for commits of which a field matches a regular expression.
type CommitText struct {
	// Field is author, committer or message. The first two are `Name <address>`.
	Field  string
	Regexp string
	At     Span
}

// CommitTime holds for commits whose committer date is before a time, or after it.
type CommitTime struct {
	Before bool
	Time   time.Time // UTC, whole seconds
	At     Span
}

func (n *CommitText) Span() Span     { return n.At }
func (n *CommitTime) Span() Span     { return n.At }
func (n *CommitText) String() string { return text(n) }
func (n *CommitTime) String() string { return text(n) }

func (n *CommitText) print(p *printer) { p.field(n.Field, n.Regexp) }

func (n *CommitTime) print(p *printer) {
	name := "after:"
	if n.Before {
		name = "before:"
	}
	layout := time.RFC3339
	if n.Time.Equal(n.Time.Truncate(24 * time.Hour)) {
		layout = time.DateOnly
	}
	p.WriteString(name + n.Time.Format(layout))
}

// timeLayouts are the dates that can be read in one way only. Those without a zone
// are in UTC.
var timeLayouts = []string{
	time.RFC3339, time.DateOnly, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04",
	time.RFC1123Z, time.RFC1123, "January 2 2006", "2 January 2006", "Jan 2 2006", "2 Jan 2006", "2006.1.2",
}

// timeOf reads the time of before: or after:. A time relative to now is refused,
// because the same query has to give the same number for ever.
func timeOf(t token) (time.Time, *Error) {
	for _, layout := range timeLayouts {
		v, err := time.Parse(layout, t.text)
		if err == nil && v.Year() >= 1 && v.Year() <= 9998 {
			return v.UTC().Truncate(time.Second), nil
		}
	}
	if n, err := strconv.ParseInt(t.text, 10, 64); err == nil && len(t.text) >= 9 && len(t.text) <= 11 && n > 0 {
		return time.Unix(n, 0).UTC(), nil
	}
	lower := strings.ToLower(t.text)
	for _, word := range []string{"ago", "yesterday", "today", "now", "last", "week", "month"} {
		if strings.Contains(lower, word) {
			return time.Time{}, fail(t.value, "a time relative to now gives another answer every day", "write a date, as in "+t.field.name+":2024-06-30; the points of a series bound the time already")
		}
	}
	return time.Time{}, fail(t.value, "expected a date", "write it as in "+t.field.name+":2024-06-30 or "+t.field.name+":2024-06-30T12:00:00Z")
}

// checkKind refuses what does not go with the kind of the query.
func (q *Query) checkKind() *Error {
	switch {
	case strings.HasPrefix(q.selected, "commit.") && q.Type != TypeDiff:
		return fail(q.selectAt, "select:"+q.selected+" is for type:diff", "add type:diff, or leave it out")
	case q.selected == "commit" && q.Kind() == Files:
		return fail(q.selectAt, "select:commit is for type:commit and type:diff, and this query searches files", "add type:commit, or leave it out")
	}
	if q.Kind() == Files {
		for leaf := range leaves(q.Expr) {
			name := ""
			switch n := leaf.(type) {
			case *CommitText:
				name = n.Field
			case *CommitTime:
				if name = "after"; n.Before {
					name = "before"
				}
			default:
				continue
			}
			return fail(leaf.Span(), name+": is for type:commit and type:diff, and this query searches files", "add type:commit, or leave it out")
		}
		return nil
	}
	if q.Select == SelectFile {
		return fail(q.typeAt, "a query that searches commits has no files to select", "leave select: out to count commits")
	}
	return nil
}
