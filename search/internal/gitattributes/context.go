package gitattributes

import (
	"encoding/binary"
	"slices"

	"github.com/backsight/backsight/search/internal/linguist"
)

// names has the attributes that github-linguist reads. The number of an attribute is its index in
// names; see also macros.attribute.
var names = [...]string{"linguist-language", "linguist-vendored", "linguist-documentation", "linguist-generated", "linguist-detectable"}

// A Table makes contexts. It is not safe for concurrent use.
type Table struct {
	contexts map[string]*Context
	rules    map[string]*rule
	sets     map[string]*macros
}

// A Context has the rules that matter to the files below a folder. Equal contexts of a Table are
// identical, and nil is the context without rules and macros. It is not safe for concurrent use
// with the methods of its Table.
type Context struct {
	rules  []active // later ones win
	macros *macros
}

// active is a rule in a folder. `at` is the state of its pattern after it has read the path of the
// folder.
type active struct {
	rule *rule
	at   states
}

// A rule gives attributes to the paths that a pattern matches.
type rule struct {
	number  int
	pattern *pattern
	states  []numbered
}

// numbered is a state that has the number of its attribute instead of the name; see
// macros.attribute.
type numbered struct {
	attribute int
	value     value
}

// NewTable returns an empty table.
func NewTable() *Table {
	return &Table{contexts: map[string]*Context{}, rules: map[string]*rule{}, sets: map[string]*macros{}}
}

// Add returns the context of a folder that has the given .gitattributes file. `c` is the context of
// the folder without the file. `root` says that the folder is the root, where a file can define
// macros. Add returns `c` if the file does not matter.
func (t *Table) Add(c *Context, f *File, root bool) *Context {
	var added Context
	if c != nil {
		added.rules, added.macros = slices.Clone(c.rules), c.macros
	}
	if root {
		added.macros = t.macros(f)
	}
	for _, one := range f.rules {
		states := added.macros.known(one.states)
		if len(states) == 0 {
			continue
		}
		if r := t.rule(one.name, states); !r.pattern.never {
			added.rules = append(added.rules, active{r, r.pattern.start})
		}
	}
	return t.intern(&added)
}

// Enter returns the context of the folder with the given name in the folder of `c`.
func (t *Table) Enter(c *Context, name string) *Context {
	if c == nil {
		return nil
	}
	below := Context{macros: c.macros}
	for _, a := range c.rules {
		if !a.rule.pattern.byName {
			if a.at = a.rule.pattern.after(a.at, name+"/"); a.at.empty() {
				continue
			}
		}
		below.rules = append(below.rules, a)
	}
	return t.intern(&below)
}

// intern returns the context that is equal to c.
func (t *Table) intern(c *Context) *Context {
	if len(c.rules) == 0 && c.macros == nil {
		return nil
	}
	var key []byte
	if c.macros != nil {
		key = binary.AppendUvarint(key, uint64(1+c.macros.number))
	}
	key = append(key, 0)
	for _, a := range c.rules {
		key = binary.AppendUvarint(key, uint64(a.rule.number))
		for _, word := range a.at {
			key = binary.LittleEndian.AppendUint64(key, word)
		}
	}
	if known := t.contexts[string(key)]; known != nil {
		return known
	}
	t.contexts[string(key)] = c
	return c
}

func (t *Table) rule(pattern string, states []numbered) *rule {
	key := appendStates(append([]byte(pattern), 0), states)
	known := t.rules[string(key)]
	if known == nil {
		known = &rule{number: len(t.rules), pattern: compile(pattern), states: states}
		t.rules[string(key)] = known
	}
	return known
}

// Of returns the attributes of the file with the given name in the context's folder.
func (c *Context) Of(name string) linguist.Attributes {
	if values := c.values(name); values != nil {
		return attributesOf(values)
	}
	return linguist.Attributes{}
}

// values returns the values of the attributes of a file, by their numbers, or nil if no rule
// matches.
func (c *Context) values(name string) (values []value) {
	if c == nil {
		return nil
	}
	for i := len(c.rules) - 1; i >= 0; i-- {
		if r := c.rules[i].rule; r.pattern.matches(c.rules[i].at, name) {
			if values == nil {
				values = make([]value, c.macros.count())
			}
			c.fill(values, r.states)
		}
	}
	return values
}

// fill sets those attributes of a rule or a macro that are not set yet. As in git, it goes from
// right to left and expands a macro where it stands, so the attributes of a macro win over those to
// its left.
func (c *Context) fill(values []value, states []numbered) {
	for i := len(states) - 1; i >= 0; i-- {
		s := states[i]
		if values[s.attribute].kind != unknown {
			continue
		}
		values[s.attribute] = s.value
		if s.value.kind == yes {
			c.fill(values, c.macros.expand(s.attribute))
		}
	}
}

// attributesOf reads the values of the attributes in names as github-linguist does.
func attributesOf(values []value) (a linguist.Attributes) {
	switch v := values[0]; v.kind {
	case isText:
		a.Overridden = true
		a.Language, _ = linguist.ByAttribute(v.text)
	case yes:
		a.Overridden = true // the name of a language is missing, so the file has none
	}
	for i, to := range []*linguist.Mark{&a.Vendored, &a.Documentation, &a.Generated, &a.Detectable} {
		switch v := values[1+i]; {
		case v.kind == no || v.kind == isText && v.text == "false":
			*to = linguist.No
		case v.kind == yes || v.kind == isText:
			*to = linguist.Yes
		}
	}
	return a
}
