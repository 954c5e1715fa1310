package insights

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// NamePattern compiles a regular expression on repository names by the one rule that repo: in
// queries, scopes, filters and retries follow: RE2 syntax, matched anywhere in the name, without
// regard to case. For "", which matches every name, it returns nil.
//
// For an expression that is not valid, it returns an Invalid error that names the expression and
// the byte, counted from 1, at which the wrong part begins.
func NamePattern(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		return nil, nil //nolint:nilnil // documented: no condition
	}
	const anyCase = "(?i)"
	compiled, err := regexp.Compile(anyCase + pattern)
	if err == nil {
		return compiled, nil
	}
	wrong, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return nil, Errorf(Invalid, "repository names cannot match %q: %w", pattern, err)
	}
	part := strings.TrimPrefix(wrong.Expr, anyCase)
	at := max(0, strings.Index(pattern, part))
	return nil, Errorf(Invalid, "the regular expression %q for repository names is not valid at byte %d: %s: %q; write it in RE2 syntax, which has no look-around and no back-references",
		Truncate(pattern, MaxTitle), at+1, wrong.Code, Truncate(part, MaxTitle))
}
