package query

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backsight/backsight/insights"
)

// The values of fields that take fixed words. The index of a word in one of the first three lists
// is its constant of the type PatternType, Type or Select.
var (
	patternTypes = []string{"standard", "literal", "regexp", "keyword", "structural"}
	typeWords    = []string{"file", "path", "commit", "diff"}
	selectWords  = []string{"content", "file", "repo", "commit.diff.added", "commit.diff.removed"}
	caseWords    = []string{"yes", "no"}
	kindWords    = []string{"no", "yes", "only"} // of fork: and archived:
)

// fields is the table of all fields. docs/architecture.md lists what a new filter needs besides an
// entry here. Sourcegraph's fields that the language does not support have an entry, too, so that
// they are refused instead of searched as text.
var fields = []field{
	// Settings, in the order of the canonical text.
	{
		name: "patterntype", words: patternTypes,
		example: "write patterntype:standard, literal, regexp, keyword or structural",
		set: func(q *Query, t token) (err *Error) {
			q.PatternType, err = patternTypeOf(t)
			return err
		},
		show: func(q *Query) string { return wordUnlessDefault(patternTypes, int(q.PatternType)) },
	},
	{
		name: "case", words: caseWords,
		example: "write case:yes or case:no",
		set: func(q *Query, t token) *Error {
			yes, ok := boolOf(t.text)
			if !ok {
				return unknownWord(t)
			}
			q.CaseSensitive, q.caseInsensitive = yes, !yes
			return nil
		},
		show: func(q *Query) string {
			if q.CaseSensitive {
				return "yes"
			}
			return ""
		},
	},
	{
		name: "type", words: typeWords,
		example: "write type:file, path, commit or diff",
		set: func(q *Query, t token) (err *Error) {
			q.typeAt = t.at
			q.Type, err = typeOf(t)
			return err
		},
		show: func(q *Query) string { return wordUnlessDefault(typeWords, int(q.Type)) },
	},
	{
		name: "select", words: selectWords,
		example: "write select:file to count files, select:repo to count repositories, or leave it out",
		set: func(q *Query, t token) (err *Error) {
			q.selectAt, q.selected = t.at, strings.ToLower(t.text)
			q.Select, err = selectOf(t)
			return err
		},
		show: func(q *Query) string { return wordUnlessDefault(selectWords, int(q.Select)) },
	},
	{
		name:    "count",
		example: "write count:all or a number, as in count:1000",
		set: func(q *Query, t token) (err *Error) {
			q.Count, err = countOf(t)
			return err
		},
		show: func(q *Query) string {
			if q.Count == 0 {
				return ""
			}
			return strconv.FormatInt(q.Count, 10)
		},
	},
	{
		name:    "timeout",
		example: "write a duration, as in timeout:30s",
		set: func(q *Query, t token) (err *Error) {
			q.Timeout, err = timeoutOf(t)
			return err
		},
		show: func(q *Query) string {
			if q.Timeout == 0 {
				return ""
			}
			return q.Timeout.String()
		},
	},

	// Patterns.
	{
		name: "content", negatable: true, syntax: patternValue,
		example: `write content:"text"`,
		node:    contentNode,
	},

	// Filters on repositories, and the condition on their files.
	{
		name: "repo", aliases: []string{"r"}, negatable: true, syntax: callValue, order: 0,
		example: "write a regular expression for the name, as in repo:^github\\.com/acme/",
		node:    repoNode,
		accepts: func(value string) func(repository) bool {
			name, err := insights.NamePattern(value)
			if err != nil {
				panic(err) // a defect: anyCaseRegexpOf has accepted the value
			}
			return func(r repository) bool { return slices.ContainsFunc(r.names, name.MatchString) }
		},
	},
	{
		name: "fork", words: kindWords, order: 1,
		example: "write fork:yes, fork:no or fork:only",
		value:   kindOf,
		accepts: func(value string) func(repository) bool {
			return func(r repository) bool { return value == "yes" || r.fork == (value == "only") }
		},
	},
	{
		name: "archived", words: kindWords, order: 2,
		example: "write archived:yes, archived:no or archived:only",
		value:   kindOf,
		accepts: func(value string) func(repository) bool {
			return func(r repository) bool { return value == "yes" || r.archived == (value == "only") }
		},
	},
	{
		name: "repohasfile", negatable: true, syntax: regexpValue, order: 3,
		example: "write a regular expression for a path, as in repohasfile:^go\\.mod$",
		node:    hasPathNode,
	},

	// Filters on files.
	{
		name: "file", aliases: []string{"f", "path"}, negatable: true, syntax: regexpValue, order: 4,
		example: `write a regular expression for the path, as in file:\.go$`,
		value:   pathOf,
	},
	{
		name: "lang", aliases: []string{"language", "l"}, negatable: true, order: 5,
		example: "write a language, as in lang:go",
		value:   languageOf,
	},

	// Filters on commits.
	{
		name: "author", negatable: true, syntax: regexpValue, order: 6, commits: true,
		example: "write a regular expression for a name or address, as in author:alice",
		value:   anyCaseRegexpOf,
	},
	{
		name: "committer", negatable: true, syntax: regexpValue, order: 6, commits: true,
		example: "write a regular expression for a name or address, as in committer:alice",
		value:   anyCaseRegexpOf,
	},
	{
		name: "message", aliases: []string{"msg", "m"}, negatable: true, syntax: regexpValue, order: 6, commits: true,
		example: "write a regular expression for the message, as in message:revert",
		value:   anyCaseRegexpOf,
	},
	{
		name: "before", aliases: []string{"until"}, order: 7, commits: true,
		example: "write a date, as in before:2024-06-30",
		value:   dateOf,
	},
	{
		name: "after", aliases: []string{"since"}, order: 7, commits: true,
		example: "write a date, as in after:2024-06-30",
		value:   dateOf,
	},

	// Refused.
	{name: "rev", aliases: []string{"revision"}, refused: "a series follows the default branch through its history", instead: "leave it out; backsight history --rev searches another branch"},
	{name: "context", negatable: true, refused: "search contexts are not part of a series query", instead: chooseByName},
	{name: "repogroup", aliases: []string{"g"}, negatable: true, refused: "repository groups are not supported", instead: chooseByName},
	{name: "repohascommitafter", refused: "repositories cannot be chosen by their commits", instead: chooseByName},
	{name: "visibility", refused: "repositories cannot be chosen by visibility", instead: chooseByName},
	{name: "index", refused: "every search is exact, with or without an index", instead: "leave it out"},
	{name: "stable", refused: "every search gives the same answer each time", instead: "leave it out"},
	{name: "rule", refused: "structural search has no rules", instead: "leave it out; holes with the same name match equal text, as in :[x] == :[x];"},
}

const chooseByName = "choose repositories by name, with repo:"

// wordUnlessDefault returns the word of a setting, or "" for the first word, which is the default.
func wordUnlessDefault(words []string, i int) string {
	if i == 0 {
		return ""
	}
	return words[i]
}
