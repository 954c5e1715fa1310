package query

import (
	"strconv"
	"strings"
	"time"
)

// The words that fields take, in the order of their types' constants.
var (
	patternTypes = []string{"standard", "literal", "regexp", "keyword", "structural"}
	typeWords    = []string{"file", "path", "commit", "diff"}
	selectWords  = []string{"content", "file", "repo", "commit.diff.added", "commit.diff.removed"}
	inclusions   = []string{"no", "yes", "only"}
)

// valueExample completes "needs a value" errors.
var valueExample = map[string]string{
	"content":     `write content:"text"`,
	"case":        "write case:yes or case:no",
	"file":        `write a regular expression for the path, as in file:\.go$`,
	"lang":        "write a language, as in lang:go",
	"select":      "write select:file to count files, select:repo to count repositories, or leave it out",
	"type":        "write type:file, path, commit or diff",
	"repohasfile": "write a regular expression for a path, as in repohasfile:^go\\.mod$",
	"author":      "write a regular expression for a name or address, as in author:alice",
	"committer":   "write a regular expression for a name or address, as in committer:alice",
	"message":     "write a regular expression for the message, as in message:revert",
	"before":      "write a date, as in before:2024-06-30",
	"after":       "write a date, as in after:2024-06-30",
	"count":       "write count:all or a number, as in count:1000",
	"timeout":     "write a duration, as in timeout:30s",
	"patterntype": "write patterntype:standard, literal, regexp, keyword or structural",
	"repo":        "write a regular expression for the name, as in repo:^github\\.com/acme/",
	"fork":        "write fork:yes, fork:no or fork:only",
	"archived":    "write archived:yes, archived:no or archived:only",
}

// fieldNode makes a field's node. A setting is a node too, until settle takes
// it out of the tree.
func (p *parser) fieldNode(t token) (Node, *Error) {
	n, err := p.positiveNode(t)
	if err == nil && t.negated {
		n = not(n, t.at)
	}
	return n, err
}

func (p *parser) positiveNode(t token) (Node, *Error) {
	switch t.field.name {
	case "content":
		inner := t
		inner.pattern, inner.at = p.mode.bareKind(), t.at
		return p.pattern(inner)
	case "file":
		if err := refusePredicate(t, "has", "contains"); err != nil {
			return nil, err
		}
		re, err := plainRegexp(t.text, "", t.value)
		return &File{Regexp: re, At: t.at}, err
	case "repo":
		if m := predicate.FindStringSubmatch(t.text); m != nil && (m[1] == "has" || m[1] == "contains") && predicateParts[m[2]] != nil {
			if p.scope {
				return nil, fail(t.at, "a condition on the repository's files has no place in a repository scope", "move it to the series' query, where it holds for each commit that is counted")
			}
			return predicateOf(t)
		}
		if err := refusePredicate(t, "has", "contains"); err != nil {
			return nil, err
		}
		if at := strings.IndexByte(t.text, '@'); at >= 0 && (at == 0 || t.text[at-1] != '\\') {
			return nil, fail(t.value, "@ names a revision, and a series follows the default branch through its history", `leave out the revision; write \@ to match the character`)
		}
		re, err := plainRegexp(t.text, "(?i)", t.value)
		return &RepoName{Regexp: re, At: t.at}, err
	case "lang":
		name, err := languageOf(t)
		return &Language{Name: name, At: t.at}, err
	case "fork":
		v, err := inclusionOf(t)
		return &Fork{Value: v, At: t.at}, err
	case "archived":
		v, err := inclusionOf(t)
		return &Archived{Value: v, At: t.at}, err
	case "repohasfile":
		re, err := plainRegexp(t.text, "(?i)", t.value)
		return &HasFile{Path: re, At: t.at}, err
	case "author", "committer", "message":
		re, err := plainRegexp(t.text, "(?i)", t.value)
		return &CommitText{Field: t.field.name, Regexp: re, At: t.at}, err
	case "before", "after":
		v, err := timeOf(t)
		return &CommitTime{Before: t.field.name == "before", Time: v, At: t.at}, err
	default:
		return &setting{token: t}, nil
	}
}

// refusePredicate refuses file:has.content(…) and the like, which would
// otherwise be regular expressions.
func refusePredicate(t token, names ...string) *Error {
	m := predicate.FindStringSubmatch(t.text)
	if m == nil {
		return nil
	}
	for _, name := range names {
		if m[1] == name {
			instead := "choose repositories by name; to match such a name, write " + t.field.name + `:has\.…`
			if t.field.name == "file" {
				instead = "AND the content instead, as in TODO AND Copyright; to match such a path, write file:has\\.…"
			}
			return fail(t.value, t.field.name+":"+strings.TrimSuffix(m[0], "(")+"(…) is not supported yet", instead)
		}
	}
	return nil
}

func inclusionOf(t token) (Inclusion, *Error) {
	if b, ok := boolOf(t.text); ok {
		if b {
			return Yes, nil
		}
		return No, nil
	}
	i, err := wordOf(t, inclusions)
	return Inclusion(i), err
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

// wordOf finds a field's value, in any case, among the words it takes.
func wordOf(t token, words []string) (int, *Error) {
	for i, w := range words {
		if strings.EqualFold(t.text, w) {
			return i, nil
		}
	}
	return 0, fail(t.value, "unknown "+t.field.name+" "+quote(t.text)+"; expected "+oneOf(words),
		didYouMean(t.text, words), valueExample[t.field.name])
}

func patternTypeOf(t token) (PatternType, *Error) {
	if strings.EqualFold(t.text, "regex") {
		return 0, fail(t.value, "unknown patterntype \"regex\"; expected "+oneOf(patternTypes), `did you mean "regexp"?`)
	}
	i, err := wordOf(t, patternTypes)
	return PatternType(i), err
}

func typeOf(t token) (Type, *Error) {
	switch strings.ToLower(t.text) {
	case "symbol":
		return 0, fail(t.value, "type:symbol is not supported; expected "+oneOf(typeWords), `match declarations with a regular expression, as in /func \w+/`)
	case "repo":
		return 0, fail(t.value, "type:repo is not supported: a series searches files or commits; expected "+oneOf(typeWords), "to count repositories, write select:repo")
	}
	i, err := wordOf(t, typeWords)
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
		return SelectContent, nil // what is counted anyway, see checkKind
	}
	i, err := wordOf(t, selectWords)
	return Select(i), err
}

func countOf(t token) (int64, *Error) {
	if strings.EqualFold(t.text, "all") {
		return 0, nil
	}
	n, err := strconv.ParseInt(t.text, 10, 64)
	if err != nil || n < 1 {
		return 0, fail(t.value, "expected a number above 0, or all", "write count:all, or leave count: out, to count everything")
	}
	return n, nil
}

func timeoutOf(t token) (time.Duration, *Error) {
	d, err := time.ParseDuration(t.text)
	if err != nil || d <= 0 {
		return 0, fail(t.value, "expected a duration above 0, with a unit", "write it as in timeout:30s or timeout:2m")
	}
	return d, nil
}
