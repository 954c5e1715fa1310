package history

import (
	"bytes"
	"fmt"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// Modes of tree entries that count: regular files, executable or not, and folders. Symbolic links (120000) and
// submodules (160000) are not files. 100664 is a regular file as an early git wrote it.
func modeKind(mode []byte) (file, folder bool) {
	switch string(mode) {
	case "100644", "100755", "100664":
		return true, false
	case "40000", "040000":
		return false, true
	}
	return false, false
}

// addTree parses a tree's content and sets the children of node n. When the content is not a tree it sets none and
// returns an error.
func (g *graph) addTree(n int32, content []byte) error {
	f := g.nodes[n].folder
	start := len(g.children)
	previous, at := f.last, 0
	entries := make([]entry, 0, max(len(previous), 8))
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
		file, folder := modeKind(mode)
		if !file && !folder {
			continue
		}
		e.folder = folder

		// The same folder's previous version has nearly the same entries in the same order: without a look-up when equal.
		for at < len(previous) && before(previous[at], text, folder) {
			at++
		}
		if at < len(previous) && previous[at].folder == folder && previous[at].name.text == string(text) {
			old := &previous[at]
			at++
			if old.hash == e.hash {
				e = *old
			} else {
				e.name = old.name
				g.resolve(f, &e)
			}
		} else {
			e.name = f.names[string(text)]
			if e.name == nil {
				e.name = &name{text: string(text), label: int32(len(g.names))}
				f.names[e.name.text] = e.name
				g.names = append(g.names, e.name)
			}
			g.resolve(f, &e)
		}
		entries = append(entries, e)
		if e.counts {
			g.children = append(g.children, e.child)
			g.labels = append(g.labels, e.name.label)
		}
	}
	f.last = entries
	g.nodes[n].start, g.nodes[n].end = start, len(g.children)
	return nil
}

// before reports whether entry e comes before the entry with the given name in a tree: by bytes, where a folder's name
// counts as ending in a slash.
func before(e entry, text []byte, folder bool) bool {
	own := e.name.text
	shared := min(len(own), len(text))
	if c := bytes.Compare([]byte(own[:shared]), text[:shared]); c != 0 {
		return c < 0
	}
	return endingAt(len(own) > shared, own, shared, e.folder) < endingAt(len(text) > shared, string(text), shared, folder)
}

// endingAt returns the byte that a name has at position i for the comparison of tree entries.
func endingAt(longer bool, text string, i int, folder bool) byte {
	switch {
	case longer:
		return text[i]
	case folder:
		return '/'
	}
	return 0
}

// resolve sets e.child and e.counts.
func (g *graph) resolve(f *folder, e *entry) {
	if e.folder {
		if e.name.folder == nil {
			e.name.folder = newFolder(f.path + e.name.text + "/")
		}
		e.child, e.counts = ^g.version(e.name.folder, e.hash), true
		return
	}
	if !e.name.asked {
		e.name.asked = true
		path := f.path + e.name.text
		e.name.want = g.matcher.Want(path)
		if e.name.want != match.Skip {
			e.name.path = int32(len(g.paths))
			g.paths = append(g.paths, path)
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
