package linguist

import (
	"bytes"
	"regexp"
	"sync"
)

// maxTokenized is how much of a file is split into tokens, in bytes.
const maxTokenized = 100_000

// grammar has the regular expressions of enry's tokenizer.
type grammar struct {
	shebang, sgml, sgmlComment, sgmlAttributes, sgmlLoneAttribute *regexp.Regexp

	skipped   []*regexp.Regexp // comments and literals, in order
	extracted []*regexp.Regexp // punctuation, words and operators, in order
}

// theGrammar and the functions that use it are derived from enry's internal/tokenizer/tokenize.go
// (Apache License 2.0).
var theGrammar = sync.OnceValue(func() *grammar {
	return &grammar{
		shebang:           regexp.MustCompile(`(?m)^#!(?:/[0-9A-Za-z_]+)*/(?:([0-9A-Za-z_]+)|[0-9A-Za-z_]+(?:\s*[0-9A-Za-z_]+=[0-9A-Za-z_]+\s*)*\s*([0-9A-Za-z_]+))(?:\s*-[0-9A-Za-z_]+\s*)*$`),
		sgml:              regexp.MustCompile(`(<\/?[^\s<>=\d"']+)(?:\s(.|\n)*?\/?>|>)`),
		sgmlComment:       regexp.MustCompile(`(<!--(.|\n)*?-->)`),
		sgmlAttributes:    regexp.MustCompile(`\s+([0-9A-Za-z_]+=)|\s+([^\s>]+)`),
		sgmlLoneAttribute: regexp.MustCompile(`([0-9A-Za-z_]+)`),
		skipped: []*regexp.Regexp{
			regexp.MustCompile(`("(.|\n)*?"|'(.|\n)*?')`),
			regexp.MustCompile(`(/\*(.|\n)*?\*/|<!--(.|\n)*?-->|\{-(.|\n)*?-\}|\(\*(.|\n)*?\*\)|"""(.|\n)*?"""|'''(.|\n)*?''')`),
			regexp.MustCompile(`(?m)(//|--|#|%|")\s([^\n]*$)`),
			regexp.MustCompile(`(0x[0-9A-Fa-f]([0-9A-Fa-f]|\.)*|\d(\d|\.)*)([uU][lL]{0,2}|([eE][-+]\d*)?[fFlL]*)`),
		},
		extracted: []*regexp.Regexp{
			regexp.MustCompile(`;|\{|\}|\(|\)|\[|\]`),
			regexp.MustCompile(`[0-9A-Za-z_\.@#\/\*]+`),
			regexp.MustCompile(`<<?|\+|\-|\*|\/|%|&&?|\|\|?`),
		},
	}
})

// tokenize splits a file into the tokens of the table. They are ordered by kind, as in enry,
// because floating-point sums depend on the order.
func tokenize(content []byte) (tokens []string) {
	g := theGrammar()
	content = content[:min(len(content), maxTokenized)]
	add := func(found [][]byte) {
		for _, token := range found {
			tokens = append(tokens, string(token))
		}
	}
	for _, m := range g.shebang.FindAllSubmatch(content, -1) { // enry keeps these in the content
		name := m[1]
		if len(name) == 0 {
			name = m[2]
		}
		tokens = append(tokens, "SHEBANG#!"+string(name))
	}
	for _, m := range g.sgml.FindAllSubmatch(content, -1) {
		if g.sgmlComment.Match(m[0]) {
			continue
		}
		tokens = append(tokens, string(m[1])+">")
		for _, a := range g.sgmlAttributes.FindAllSubmatch(m[0], -1) {
			if len(a[1]) != 0 {
				tokens = append(tokens, string(a[1]))
			}
			if len(a[2]) != 0 {
				add(g.sgmlLoneAttribute.FindAll(a[2], -1))
			}
		}
	}
	space := []byte(" ")
	content = g.sgml.ReplaceAll(content, space)
	for _, re := range g.skipped {
		content = re.ReplaceAll(content, space)
	}
	for _, re := range g.extracted {
		add(re.FindAll(content, -1))
		content = re.ReplaceAll(content, space)
	}
	for _, word := range bytes.Fields(content) {
		add(bytes.Split(word, nil))
	}
	return tokens
}
