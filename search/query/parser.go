package query

import (
	"regexp"
	"strings"

	"github.com/backsight/backsight/search/query/template"
)

// A parser builds a tree from tokens by recursive descent:
//
//	or    = and { OR and }
//	and   = terms { AND terms }
//	terms = term { term }
//	term  = NOT term | "(" or ")" | field | pattern
type parser struct {
	tokens []token
	pos    int
	end    int // length of the text
	mode   PatternType
	scope  bool // the text is a repository scope
	nots   int  // NOTs around the current position, limited to bound the stack
}

func (p *parser) peek() tokenKind {
	if p.pos == len(p.tokens) {
		return 0
	}
	return p.tokens[p.pos].kind
}

// query parses all tokens. If the top of a query is an OR, filters at its start and end apply to
// the whole query: `file:a x OR y` means `file:a (x OR y)`. See hoistable for the conditions.
func (p *parser) query() (Node, *Error) {
	all := p.tokens
	lead := 0
	for lead < len(all) && all[lead].kind == tokenField && !all[lead].field.isPattern() {
		lead++
	}
	trail := len(all)
	for trail > lead && all[trail-1].kind == tokenField && !all[trail-1].field.isPattern() && !startsTerm(all, trail-1) {
		trail--
	}
	var before, after []token
	switch {
	case hoistable(all[lead:trail]):
		before, after = all[:lead], all[trail:]
		p.tokens = all[lead:trail]
	default:
		// Settings at the start and end always apply to the whole query.
		p.tokens = nil
		for i, t := range all {
			switch {
			case i < lead && t.field.isSetting():
				before = append(before, t)
			case i >= trail && t.field.isSetting():
				after = append(after, t)
			default:
				p.tokens = append(p.tokens, t)
			}
		}
	}
	var nodes []Node
	for _, t := range before {
		n, err := p.fieldNode(t)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	if len(p.tokens) > 0 {
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		if p.pos < len(p.tokens) {
			return nil, p.unexpected()
		}
		nodes = append(nodes, n)
	}
	for _, t := range after {
		n, err := p.fieldNode(t)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return and(nodes), nil
}

// startsTerm says whether the token at i is the operand of an operator before it.
func startsTerm(tokens []token, i int) bool {
	if i == 0 {
		return false
	}
	k := tokens[i-1].kind
	return k == tokenNot || k == tokenAnd || k == tokenOr
}

// hoistable says whether the filters before and after the given tokens apply to the whole query.
// These filters do if the given tokens have an OR outside groups, contain neither filters nor
// settings, and do not start with AND or OR.
func hoistable(tokens []token) bool {
	depth, or := 0, false
	for i, t := range tokens {
		switch t.kind {
		case tokenOpen:
			depth++
		case tokenClose:
			depth--
		case tokenOr:
			if i == 0 {
				return false // `file:a OR x`: file:a is an operand of the OR
			}
			or = or || depth == 0
		case tokenAnd:
			if i == 0 {
				return false
			}
		case tokenField:
			if !t.field.isPattern() {
				return false
			}
		}
	}
	return or
}

func (p *parser) or() (Node, *Error) {
	nodes, err := p.list(tokenOr, p.and)
	if err != nil || len(nodes) == 1 {
		return first(nodes), err
	}
	return &Or{Nodes: nodes, At: spanOf(nodes)}, nil
}

func (p *parser) and() (Node, *Error) {
	nodes, err := p.list(tokenAnd, p.terms)
	if err != nil {
		return nil, err
	}
	return and(nodes), nil
}

// list parses operands that are separated by an operator.
func (p *parser) list(operator tokenKind, operand func() (Node, *Error)) ([]Node, *Error) {
	var nodes []Node
	for {
		n, err := operand()
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
		if p.peek() != operator {
			return nodes, nil
		}
		p.pos++
	}
}

// terms parses adjacent terms and ANDs them. Except in keyword queries, words are first joined into
// one pattern, even if filters are between them. After a group, a NOT, content: or a regular
// expression between slashes, the next word starts another pattern.
func (p *parser) terms() (Node, *Error) {
	var nodes []Node
	var words []token
	at := 0 // position in nodes for the joined words
	flush := func() *Error {
		if len(words) == 0 {
			return nil
		}
		joined, err := p.join(words)
		if err != nil {
			return err
		}
		nodes = append(nodes[:at], append([]Node{joined}, nodes[at:]...)...)
		words = nil
		return nil
	}
	for {
		var n Node
		var err *Error
		switch p.peek() {
		case tokenPattern:
			t := p.tokens[p.pos]
			p.pos++
			if t.word && p.mode != KeywordType {
				if len(words) == 0 {
					at = len(nodes)
				}
				words = append(words, t)
				continue
			}
			if err = flush(); err == nil {
				n, err = p.pattern(t)
			}
		case tokenField:
			t := p.tokens[p.pos]
			p.pos++
			if t.field.isPattern() {
				err = flush()
			}
			if err == nil {
				n, err = p.fieldNode(t)
			}
		case tokenOpen, tokenNot:
			if err = flush(); err == nil {
				n, err = p.operand()
			}
		default:
			if err := flush(); err != nil {
				return nil, err
			}
			if len(nodes) == 0 {
				return nil, p.unexpected()
			}
			return and(nodes), nil
		}
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
}

// operand parses a group, or a NOT with its operand.
func (p *parser) operand() (Node, *Error) {
	t := p.tokens[p.pos]
	p.pos++
	if t.kind == tokenNot {
		if p.nots++; p.nots > maxDepth {
			return nil, fail(t.at, "too many NOTs are nested", "two NOTs in a row cancel each other: leave them out")
		}
		defer func() { p.nots-- }()
		var n Node
		var err *Error
		switch p.peek() {
		case tokenOpen, tokenNot:
			n, err = p.operand()
		case tokenPattern:
			n, err = p.pattern(p.tokens[p.pos])
			p.pos++
		case tokenField:
			n, err = p.fieldNode(p.tokens[p.pos])
			p.pos++
		default:
			err = p.unexpected()
		}
		if err != nil {
			return nil, err
		}
		return not(n, t.at.join(n.Span())), nil
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.peek() != tokenClose {
		return nil, fail(t.at, "this parenthesis is never closed", "write ) at the end of the group"+p.parenAsText())
	}
	p.pos++
	return n, nil
}

// parenAsText returns the end of a suggestion: how to write a parenthesis that is not syntax.
func (p *parser) parenAsText() string {
	switch {
	case p.scope:
		return ""
	case p.mode == RegexpType:
		return `; to match a parenthesis, write \(`
	}
	return "; " + asText("(")
}

// operatorAsText returns the end of a suggestion: how to search for the operator, the token i.
func (p *parser) operatorAsText(i int) string {
	if p.scope {
		return ""
	}
	return `; to search for the word, write content:"` + operatorWord(p.tokens, i) + `"`
}

// unexpected returns the error for a token, or the end of the text, where a pattern or a filter is
// expected.
func (p *parser) unexpected() *Error {
	expected := "expected a pattern, a filter or ( "
	if p.scope {
		expected = "expected a filter or ( "
	}
	if p.pos == len(p.tokens) {
		at := Span{p.end, p.end}
		if p.pos > 0 {
			at = p.tokens[p.pos-1].at
		}
		return fail(at, expected+"after this", "add an operand, or leave it out"+p.operatorAsText(p.pos-1))
	}
	t := p.tokens[p.pos]
	switch t.kind {
	case tokenClose:
		return fail(t.at, expected+"before this parenthesis", "write something inside the group, or leave it out"+p.parenAsText())
	default:
		return fail(t.at, expected+"before this operator", "add an operand"+p.operatorAsText(p.pos))
	}
}

func operatorWord(tokens []token, i int) string {
	if i >= 0 {
		switch tokens[i].kind {
		case tokenAnd:
			return "and"
		case tokenOr:
			return "or"
		case tokenNot:
			return "not"
		case tokenOpen:
			return "("
		}
	}
	return "…"
}

// join makes one pattern of adjacent words.
func (p *parser) join(words []token) (Node, *Error) {
	if len(words) == 1 {
		return p.pattern(words[0])
	}
	at := words[0].at.join(words[len(words)-1].at)
	texts := make([]string, len(words))
	if p.mode != RegexpType {
		for i, w := range words {
			texts[i] = w.text
		}
		if p.mode == StructuralType {
			return p.template(strings.Join(texts, " "), at)
		}
		return &Pattern{Kind: Literal, Text: strings.Join(texts, " "), At: at, mode: p.mode}, nil
	}
	for i, w := range words {
		texts[i] = regexp.QuoteMeta(w.text)
		if w.pattern == Regexp {
			re, err := plainRegexp(w.text, "(?m)", w.at)
			if err != nil {
				return nil, err
			}
			texts[i] = re
		}
	}
	text := "(?:" + strings.Join(texts, ").*?(?:") + ")"
	if _, err := plainRegexp(text, "(?m)", at); err != nil {
		return nil, err
	}
	return &Pattern{Kind: Regexp, Text: text, At: at, mode: p.mode}, nil
}

// template makes a structural pattern with the template's canonical text.
func (p *parser) template(text string, at Span) (Node, *Error) {
	t, err := template.Parse(text)
	if err != nil {
		// If the text is as long as its place in the query, it stands there unchanged, so its
		// offsets are valid there.
		if at.End-at.Start == len(text) {
			at = Span{at.Start + err.Start, at.Start + err.End}
		}
		return nil, fail(at, err.Message, err.Remedy)
	}
	return &Pattern{Kind: Structural, Text: t.String(), At: at, mode: p.mode}, nil
}

func (p *parser) pattern(t token) (Node, *Error) {
	if t.kind == tokenPattern && t.text == `\` && t.pattern != Regexp && t.at.End-t.at.Start == 1 {
		return nil, fail(t.at, "a backslash alone could be text, or an escape whose end is missing", `to search for a backslash, write content:"\\"`)
	}
	if t.pattern == Structural {
		at := t.at
		if t.kind == tokenField {
			at = t.value
		}
		return p.template(t.text, at)
	}
	n := &Pattern{Kind: t.pattern, Text: t.text, At: t.at, mode: p.mode}
	if n.Kind == Regexp {
		at := t.at
		if t.kind == tokenField {
			at = t.value
		}
		re, err := plainRegexp(t.text, "(?m)", at)
		if err != nil {
			if p.mode != RegexpType {
				err.Suggestion += "; " + asText("/"+t.text+"/")
			}
			return nil, err
		}
		n.Text = re
	}
	return n, nil
}
