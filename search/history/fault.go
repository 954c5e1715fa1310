package history

import (
	"hash/maphash"
	"slices"
	"strings"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/internal/gitattributes"
)

// A faultWalk lists the objects that could not be read, for one commit after another. It remembers
// folders without faults, so the cost for many commits depends on their differences and on the
// number of faults.
type faultWalk struct {
	graph  *graph
	counts *counts
	id     func(gitrepo.Hash) gitrepo.OID
	clean  []bool  // by node: there is no fault at or below it
	walks  int32   // how often faultWalk.at was called
	seen   []int32 // by node: the last walk that has seen it

	whose []bool                // by reader (see question): faults that affect it are wanted
	told  map[gitrepo.Hash]bool // objects in found
	found []Fault
	path  []string // the names of the folders of the current node
}

// at returns a Fault for each object at or below node n that could not be read and that a reader
// (see question) in `whose` needs. An object at several paths is returned once, with the first of
// them in the order of the tree. All blobs below n must have been read before.
func (w *faultWalk) at(n int32, whose []bool) []Fault {
	if w.clean == nil {
		w.clean, w.seen = make([]bool, len(w.graph.nodes)), make([]int32, len(w.graph.nodes))
	}
	w.walks++
	w.whose, w.told, w.found, w.path = whose, map[gitrepo.Hash]bool{}, nil, w.path[:0]
	w.walk(n)
	return w.found
}

// concerns reports whether a reader in `whose` needs the content of a unit.
func (g *graph) concerns(unit int32, whose []bool) bool {
	return slices.ContainsFunc(g.readers[g.units[unit].class], func(reader int32) bool { return whose[reader] })
}

// walk adds the wanted faults at and below node n to w.found. It reports whether there are no
// faults there, not even unwanted ones.
func (w *faultWalk) walk(n int32) (clean bool) {
	if w.clean[n] {
		return true
	}
	if w.seen[n] == w.walks {
		return false // its faults are in w.found already
	}
	w.seen[n] = w.walks
	clean = true
	at := w.graph.nodes[n]
	if f, bad := w.graph.faults[n]; bad {
		clean = false
		object, name := w.graph.faulty(n)
		w.tell(f, object, name)
	}
	for i := at.start; i < at.end; i++ {
		child, name := w.graph.children[i], w.graph.names[w.graph.labels[i]].text
		if child < 0 {
			w.path = append(w.path, name+"/")
			clean = w.walk(^child) && clean
			w.path = w.path[:len(w.path)-1]
			continue
		}
		blob := w.graph.units[child].blob
		if blob < 0 {
			continue
		}
		if f, bad := w.counts.faults[blob]; bad {
			clean = false
			if w.graph.concerns(child, w.whose) {
				w.tell(f, w.graph.blobs.All[blob], name)
			}
		}
	}
	w.clean[n] = clean
	return clean
}

// tell adds a fault to w.found: of the file called `name` in the current folder or, if `name` is
// "", of the folder itself. It does nothing if the object has been added before.
func (w *faultWalk) tell(f treeFault, object gitrepo.Hash, name string) {
	if w.told[object] {
		return
	}
	w.told[object] = true
	path := strings.Join(w.path, "") + name
	w.found = append(w.found, Fault{Class: string(f.problem), Object: w.id(object), Path: path, Detail: f.detail})
}

// faulty returns the object that could not be read at a node with a fault, and its name in the
// node's folder, which is "" for the tree of the folder.
func (g *graph) faulty(n int32) (object gitrepo.Hash, name string) {
	if blob := g.faults[n].attributes; blob != nil {
		return *blob, gitattributes.FileName
	}
	return g.nodes[n].tree, ""
}

// fingerprints is the seed of Result.Unread.
var fingerprints = maphash.MakeSeed()

// fingerprint returns a hash: of the unit `child` or, if `child` is ^n, of node n. Different
// selections of units and nodes have different sums of fingerprints, with overwhelming probability.
func fingerprint(child int32) uint64 { return maphash.Comparable(fingerprints, child) }

func fingerprintOf(commit gitrepo.OID) uint64 { return maphash.String(fingerprints, string(commit)) }
