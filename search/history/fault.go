package history

import (
	"slices"

	"github.com/backsight/backsight/gitrepo"
)

// A faultWalk lists the objects that could not be read, for one commit after another. It remembers
// folders without faults, so the cost for many commits depends on their differences and on the
// number of faults.
type faultWalk struct {
	graph  *graph
	counts *counts
	id     func(gitrepo.Hash) gitrepo.OID
	clean  []bool // by node: there is no fault below it
	found  []foundFault
}

type foundFault struct {
	Fault
	unit int32 // -1 for a tree
}

// at returns the faults below node n that affect the readers in whose, in the order of the tree.
// All blobs below n must have been read.
func (w *faultWalk) at(n int32, whose []bool) (faults []Fault) {
	if w.clean == nil {
		w.clean = make([]bool, len(w.graph.nodes))
	}
	w.found = w.found[:0]
	w.walk(n)
	for _, f := range w.found {
		if f.unit < 0 || w.graph.concerns(f.unit, whose) {
			faults = append(faults, f.Fault)
		}
	}
	return faults
}

// concerns reports whether a reader in whose needs the content of a unit.
func (g *graph) concerns(unit int32, whose []bool) bool {
	return slices.ContainsFunc(g.readers[g.units[unit].class], func(reader int32) bool { return whose[reader] })
}

func (w *faultWalk) walk(n int32) {
	if w.clean[n] {
		return
	}
	known := len(w.found)
	at := w.graph.nodes[n]
	if f, bad := w.graph.faults[n]; bad {
		w.found = append(w.found, foundFault{w.fault(f, at.tree, at.folder.path), -1})
	}
	for i := at.start; i < at.end; i++ {
		child := w.graph.children[i]
		if child < 0 {
			w.walk(^child)
			continue
		}
		blob := w.graph.units[child].blob
		if blob < 0 {
			continue
		}
		if f, bad := w.counts.faults[blob]; bad {
			path := at.folder.path + w.graph.names[w.graph.labels[i]].text
			w.found = append(w.found, foundFault{w.fault(f, w.graph.blobs.All[blob], path), child})
		}
	}
	w.clean[n] = len(w.found) == known
}

func (w *faultWalk) fault(f treeFault, object gitrepo.Hash, path string) Fault {
	return Fault{Class: string(f.problem), Object: w.id(object), Path: path, Detail: f.detail}
}
