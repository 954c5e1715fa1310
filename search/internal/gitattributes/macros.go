package gitattributes

import (
	"encoding/binary"
	"slices"
)

// macros is a set of macros, which are attributes that stand for other attributes. It has those
// that the root's .gitattributes file defines and that can give or hide an attribute that
// github-linguist reads. nil is the empty set.
type macros struct {
	number int
	more   []string           // the attributes that are numbered after those in names
	of     map[int][]numbered // by attribute: what it stands for
}

// builtIn is the macro that git defines.
var builtIn = line{name: "binary", states: []state{
	{"diff", value{kind: no}}, {"merge", value{kind: no}}, {"text", value{kind: no}},
}}

// attribute returns the number of an attribute, or -1 if it does not matter.
func (m *macros) attribute(name string) int {
	if i := slices.Index(names[:], name); i >= 0 || m == nil {
		return i
	}
	if i := slices.Index(m.more, name); i >= 0 {
		return len(names) + i
	}
	return -1
}

// known returns those states whose attributes matter.
func (m *macros) known(states []state) (known []numbered) {
	for _, s := range states {
		if i := m.attribute(s.attribute); i >= 0 {
			known = append(known, numbered{i, s.value})
		}
	}
	return known
}

// count returns how many attributes matter.
func (m *macros) count() int {
	if m == nil {
		return len(names)
	}
	return len(names) + len(m.more)
}

// expand returns what an attribute stands for.
func (m *macros) expand(attribute int) []numbered {
	if m == nil {
		return nil
	}
	return m.of[attribute]
}

// macros returns the macros of the root's file.
func (t *Table) macros(f *File) *macros {
	if len(f.macros) == 0 {
		return nil
	}
	defined := map[string][]state{}
	all := append([]line{builtIn}, f.macros...)
	for _, one := range all {
		defined[one.name] = one.states // the last definition counts
	}
	m := &macros{of: map[int][]numbered{}}
	for grown := true; grown; {
		grown = false
		for _, one := range all {
			if m.attribute(one.name) < 0 && len(m.known(defined[one.name])) > 0 {
				m.more = append(m.more, one.name)
				grown = true
			}
		}
	}
	var key []byte
	for i := range m.count() {
		name := ""
		if i < len(names) {
			name = names[i]
		} else {
			name = m.more[i-len(names)]
		}
		states := m.known(defined[name])
		key = append(append(key, name...), 0)
		key = appendStates(key, states)
		if len(states) > 0 {
			m.of[i] = states
		}
	}
	if len(m.of) == 0 {
		return nil
	}
	if known := t.sets[string(key)]; known != nil {
		return known
	}
	m.number = len(t.sets)
	t.sets[string(key)] = m
	return m
}

// appendStates appends states in a form that is different for different states.
func appendStates(key []byte, states []numbered) []byte {
	key = binary.AppendUvarint(key, uint64(len(states)))
	for _, s := range states {
		key = binary.AppendUvarint(key, uint64(s.attribute))
		key = binary.AppendUvarint(append(key, byte(s.value.kind)), uint64(len(s.value.text)))
		key = append(key, s.value.text...)
	}
	return key
}
