package query

// A Filter is the field `Name:Value`. It holds for the files, commits or repositories that the
// field describes. Name is canonical; it is one of [Filters] in a query's Expr, and repo, fork or
// archived in a scope. Value is canonical, too:
//
//   - file: a regular expression for the path.
//   - lang: the name of a language as go-enry spells it.
//   - author, committer (`Name <address>`) and message: a regular expression, matched without
//     regard to case.
//   - before and after: a committer date in UTC, in the layout [time.DateOnly] or, if it is not
//     midnight, [time.RFC3339]. [ParseDate] reads it.
//   - repo: a regular expression for the name, matched without regard to case.
//   - fork and archived: "no" excludes such repositories, "yes" includes them, "only" excludes all
//     others.
type Filter struct {
	Name, Value string
	At          Span
}

func (n *Filter) Span() Span       { return n.At }
func (n *Filter) String() string   { return text(n) }
func (n *Filter) print(p *printer) { p.field(n.Name, n.Value) }

// fieldNode returns the node of a field. Settings have a node, too, until Query.settle takes them
// out of the tree.
func (p *parser) fieldNode(t token) (n Node, err *Error) {
	switch {
	case t.field.isSetting():
		n = &setting{token: t}
	case t.field.node != nil:
		n, err = t.field.node(p, t)
	default:
		var value string
		value, err = t.field.value(t)
		n = &Filter{Name: t.field.name, Value: value, At: t.at}
	}
	if err == nil && t.negated {
		n = not(n, t.at)
	}
	return n, err
}

// contentNode returns the pattern of content:, in the notation of the query's pattern type.
func contentNode(p *parser, t token) (Node, *Error) {
	t.pattern = p.mode.bareKind()
	return p.pattern(t)
}

// repoNode returns the node of repo:. For repo:has.path(…) and similar calls, it is a condition on
// files; otherwise it is a filter on the repository's name.
func repoNode(p *parser, t token) (Node, *Error) {
	if m := call.FindStringSubmatch(t.text); m != nil && isHas(m[1]) && hasFileArguments[m[2]] != nil {
		if p.scope {
			return nil, fail(t.at, "a condition on the repository's files cannot be used in a repository scope", "move it to the series' query, where it is checked for each commit that is counted")
		}
		return hasFileOf(t)
	}
	if err := refuseHas(t, `choose repositories by name; to match such a name, write repo:has\.…`); err != nil {
		return nil, err
	}
	for i := range t.text {
		if t.text[i] == '@' && (i == 0 || t.text[i-1] != '\\') {
			return nil, fail(t.value, "@ names a revision, and a series follows the default branch through its history", `leave out the revision; write \@ to match the character`)
		}
	}
	re, err := anyCaseRegexpOf(t)
	return &Filter{Name: t.field.name, Value: re, At: t.at}, err
}

// hasPathNode returns the node of repohasfile:.
func hasPathNode(_ *parser, t token) (Node, *Error) {
	re, err := anyCaseRegexpOf(t)
	return &HasFile{Path: re, At: t.at}, err
}
