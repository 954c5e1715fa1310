package history

import "github.com/backsight/backsight/gitrepo"

// faultWalk lists what could not be read, commit by commit. It remembers folders without faults, so that listing many
// commits costs what they differ in, and what is faulty.
type faultWalk struct {
	graph  *graph
	counts *counts
	id     func(gitrepo.Hash) gitrepo.OID
	clean  []bool // by node: there is no fault below it
	faults []Fault
}

// at returns what could not be read below node n, in the order of the tree. All blobs below n must have been read.
func (w *faultWalk) at(n int32) []Fault {
	if w.clean == nil {
		w.clean = make([]bool, len(w.graph.nodes))
	}
	w.faults = nil
	w.walk(n)
	return w.faults
}

func (w *faultWalk) walk(n int32) {
	if w.clean[n] {
		return
	}
	known := len(w.faults)
	at := w.graph.nodes[n]
	if f, bad := w.graph.faults[n]; bad {
		w.faults = append(w.faults, w.fault(f, at.tree, at.folder.path))
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
			w.faults = append(w.faults, w.fault(f, w.graph.blobs[blob], path))
		}
	}
	w.clean[n] = len(w.faults) == known
}

func (w *faultWalk) fault(f treeFault, object gitrepo.Hash, path string) Fault {
	return Fault{Class: string(f.problem), Object: w.id(object), Path: path, Detail: f.detail}
}
