package history

import (
	"bytes"
	"fmt"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// addTree parses a tree's content, and sets the children of node n. If the content is not a tree,
// it sets none and returns an error.
func (g *graph) addTree(n int32, content []byte) error {
	f := g.nodes[n].folder
	start := len(g.children)
	previous, at := f.last, 0
	entries := g.scratch[:0]
	for len(content) > 0 {
		space := bytes.IndexByte(content, ' ')
		zero := bytes.IndexByte(content, 0)
		if space <= 0 || zero <= space+1 || len(content) < zero+1+g.hashLen {
			g.children, g.labels = g.children[:start], g.labels[:start]
			return fmt.Errorf("malformed tree entry")
		}
		mode, text := content[:space], content[space+1:zero]
		var e entry
		copy(e.hash[:], content[zero+1:zero+1+g.hashLen])
		content = content[zero+1+g.hashLen:]
		// Symbolic links and submodules are not files.
		kind := gitrepo.KindOfEntry(mode)
		if kind != gitrepo.EntryFile && kind != gitrepo.EntryFolder {
			if kind == gitrepo.EntryMalformed {
				g.children, g.labels = g.children[:start], g.labels[:start]
				return fmt.Errorf("malformed mode in tree entry")
			}
			continue
		}
		folder := kind == gitrepo.EntryFolder
		e.folder = folder

		// The previous version of the folder has nearly the same entries in the same order. Equal
		// entries need no lookup.
		for at < len(previous) && !previous[at].is(text, folder) && previous[at].before(text, folder) {
			// the entry is not in this version, but a later version may contain it
			f.remember(previous)
			at++
		}
		if at < len(previous) && previous[at].is(text, folder) {
			e.name = previous[at].name
			if previous[at].hash == e.hash {
				e = previous[at]
			} else {
				g.resolve(f, &e)
			}
			at++
		} else {
			if len(previous) > 0 {
				f.remember(previous)
			}
			e.name = g.nameIn(f, text)
			g.resolve(f, &e)
		}
		entries = append(entries, e)
		if e.counts {
			g.children = append(g.children, e.child)
			g.labels = append(g.labels, e.name.label)
		}
	}
	if at < len(previous) {
		f.remember(previous)
	}
	g.scratch, f.last = entries, append(previous[:0], entries...)
	g.nodes[n].start, g.nodes[n].end = uint32(start), uint32(len(g.children))
	return nil
}

// is reports whether e has the given name and kind.
func (e *entry) is(text []byte, folder bool) bool {
	return e.folder == folder && e.name.text == string(text)
}

// before reports whether e comes before the entry with the given name in a tree. Trees are sorted
// by bytes, with a slash after a folder's name.
func (e *entry) before(text []byte, folder bool) bool {
	own := e.name.text
	shared := min(len(own), len(text))
	if own[:shared] != string(text[:shared]) {
		return own[:shared] < string(text[:shared])
	}
	end := func(longer bool, next string, folder bool) byte {
		switch {
		case longer:
			return next[0]
		case folder:
			return '/'
		}
		return 0
	}
	return end(len(own) > shared, own[shared:], e.folder) < end(len(text) > shared, string(text[shared:]), folder)
}

// remember fills f.names with the names of the entries in `last`, the version of the folder that
// was read last. Only the first call does this: until then, that version has all names of the
// folder.
func (f *folder) remember(last []entry) {
	if f.names != nil {
		return
	}
	f.names = make(map[string]*name, len(last))
	for i := range last {
		f.names[last[i].name.text] = last[i].name
	}
}

// nameIn returns the name object of the entry (a file or a folder) called `text` in folder f, and
// makes one if f has none. If a version of f was parsed before, callers must first call f.remember
// with the entries of that version; otherwise, an entry of that version gets a second name object.
func (g *graph) nameIn(f *folder, text []byte) *name {
	if known := f.names[string(text)]; known != nil {
		return known
	}
	made := &name{text: string(text), in: f, label: int32(len(g.names))}
	if f.names != nil {
		f.names[made.text] = made
	}
	g.names = append(g.names, made)
	return made
}

// resolve sets e.child and e.counts of an entry of folder f.
func (g *graph) resolve(f *folder, e *entry) {
	if e.folder {
		if e.name.folder == nil {
			e.name.folder = g.below(f, e.name.text)
		}
		if e.name.folder.skip {
			e.counts = false
			return
		}
		e.child, e.counts = ^g.version(e.name.folder, e.hash), true
		return
	}
	if !e.name.asked {
		e.name.asked = true
		path := f.path + e.name.text
		if f.context != nil {
			e.name.attributes = g.asked.attributes.number(f.context, e.name.text)
		}
		e.name.want = g.asked.want(path, e.name.attributes)
		if e.name.want != match.Skip {
			if e.name.want == match.Content {
				e.name.class = g.class(path, e.name.attributes)
			}
			e.name.path = int32(len(g.paths))
			g.paths = append(g.paths, e.name)
		}
	}
	if e.name.want == match.Skip {
		e.counts = false
		return
	}
	e.child, e.counts = g.unitFor(e.name, e.hash), true
}

// fail records that node n's tree could not be read.
func (g *graph) fail(n int32, problem gitrepo.Problem, detail string) {
	g.faults[n] = treeFault{problem: problem, detail: detail}
}
