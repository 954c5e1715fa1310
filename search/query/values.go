package query

import (
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/search/internal/linguist"
)

// anyCaseRegexpOf returns the regular expression of a field. It checks the expression with the flag
// (?i), because an expression that ignores case can compile to a larger program, and so exceed the
// limit.
func anyCaseRegexpOf(t token) (string, *Error) { return plainRegexp(t.text, "(?i)", t.value) }

// pathOf returns the regular expression of file:.
func pathOf(t token) (string, *Error) {
	if err := refuseHas(t, `AND the content instead, as in TODO AND Copyright; to match such a path, write file:has\.…`); err != nil {
		return "", err
	}
	return plainRegexp(t.text, "", t.value)
}

// languageOf returns the language of lang:, found by name or alias without regard to case.
func languageOf(t token) (string, *Error) {
	if name, ok := linguist.ByName(t.text); ok {
		return name, nil
	}
	return "", fail(t.value, "unknown language "+quote(shown(t.text)),
		didYouMean(t.text, linguist.Names()),
		"use a name of github-linguist, as in lang:go, lang:c++ or lang:\"visual basic .net\"; or filter by path, as in file:\\.ext$")
}

// kindOf returns the value of fork: or archived:, which is one of kindWords.
func kindOf(t token) (string, *Error) {
	if yes, ok := boolOf(t.text); ok {
		if yes {
			return "yes", nil
		}
		return "no", nil
	}
	i, err := wordOf(t)
	return kindWords[i], err
}

func boolOf(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "yes", "y":
		return true, true
	case "no", "n":
		return false, true
	}
	b, err := strconv.ParseBool(strings.ToLower(text))
	return b, err == nil
}

// wordOf returns the index of a field's value in the words that it takes. Case does not matter.
func wordOf(t token) (int, *Error) {
	for i, w := range t.field.words {
		if strings.EqualFold(t.text, w) {
			return i, nil
		}
	}
	return 0, unknownWord(t)
}

// unknownWord is the error for a value that is not one of the words that its field takes.
func unknownWord(t token) *Error {
	return fail(t.value, "unknown "+t.field.name+" "+quote(shown(t.text))+"; expected "+oneOf(t.field.words),
		didYouMean(t.text, t.field.words), t.field.example)
}

func patternTypeOf(t token) (PatternType, *Error) {
	if strings.EqualFold(t.text, "regex") {
		return 0, fail(t.value, "unknown patterntype \"regex\"; expected "+oneOf(patternTypes), `did you mean "regexp"?`)
	}
	i, err := wordOf(t)
	return PatternType(i), err
}

func typeOf(t token) (Type, *Error) {
	switch strings.ToLower(t.text) {
	case "symbol":
		return 0, fail(t.value, "type:symbol is not supported; expected "+oneOf(typeWords), `match declarations with a regular expression, as in /func \w+/`)
	case "repo":
		return 0, fail(t.value, "type:repo is not supported: a series searches files or commits; expected "+oneOf(typeWords), "to count repositories, write select:repo")
	}
	i, err := wordOf(t)
	return Type(i), err
}

func selectOf(t token) (Select, *Error) {
	switch text := strings.ToLower(t.text); {
	case text == "file.path":
		return SelectFile, nil
	case strings.HasPrefix(text, "file."):
		return 0, fail(t.value, "select:"+t.text+" is not supported; expected "+oneOf(selectWords), "use select:file to count files")
	case text == "symbol" || strings.HasPrefix(text, "symbol."):
		return 0, fail(t.value, "select:symbol is not supported: files are searched as text; expected "+oneOf(selectWords), `match declarations with a regular expression, as in /func \w+/`)
	case text == "commit" || text == "commit.diff":
		// the default for queries on commits; checkKind refuses it for others
		return SelectContent, nil
	}
	i, err := wordOf(t)
	return Select(i), err
}

func countOf(t token) (int64, *Error) {
	if strings.EqualFold(t.text, "all") {
		return 0, nil
	}
	n, err := strconv.ParseInt(t.text, 10, 64)
	if err != nil || n < 1 {
		return 0, fail(t.value, "expected a number above 0 and below 2⁶³, or all", "write count:all, or leave count: out, to count everything")
	}
	return n, nil
}

func timeoutOf(t token) (time.Duration, *Error) {
	d, err := time.ParseDuration(t.text)
	if err != nil || d <= 0 {
		return 0, fail(t.value, "expected a duration above 0 and below 2,562,047h, with a unit", "write it as in timeout:30s or timeout:2m")
	}
	return d, nil
}

// dateLayouts are the notations for dates that have only one reading. Dates without a zone are in
// UTC.
var dateLayouts = []string{
	time.RFC3339, time.DateOnly, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", "2006-01-02 15:04",
	time.RFC1123Z, time.RFC1123, "January 2 2006", "2 January 2006", "Jan 2 2006", "2 Jan 2006", "2006.1.2",
}

// dateOf returns the canonical date of before: or after:, with a precision of one second. It
// refuses a date relative to now, because a query must give the same count at any time.
func dateOf(t token) (string, *Error) {
	if at, ok := ParseDate(t.text); ok {
		if at.Equal(at.Truncate(24 * time.Hour)) {
			return at.Format(time.DateOnly), nil
		}
		return at.Format(time.RFC3339), nil
	}
	lower := strings.ToLower(t.text)
	for _, word := range []string{"ago", "yesterday", "today", "now", "last", "week", "month"} {
		if strings.Contains(lower, word) {
			return "", fail(t.value, "a date relative to now would give a different count every day", "write a date, as in "+t.field.name+":2024-06-30; the points of a series already limit the time")
		}
	}
	return "", fail(t.value, "expected a date", "write it as in "+t.field.name+":2024-06-30 or "+t.field.name+":2024-06-30T12:00:00Z")
}

// ParseDate reads the value of a before: or after: filter. The date is in UTC and has whole
// seconds. It returns false if the text is not a date or can be read in two ways.
func ParseDate(text string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		at, err := time.Parse(layout, text)
		if err == nil && at.Year() >= 1 && at.Year() <= 9998 {
			return at.UTC().Truncate(time.Second), true
		}
	}
	// Seconds since 1970. At least nine digits, because fewer could be a year or another date; at
	// most eleven, which reach the year 5138.
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) >= 9 && len(text) <= 11 && n > 0 {
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}
