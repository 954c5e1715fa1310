package history

import "github.com/backsight/backsight/gitrepo"

// collectFaults lists what could not be read below node n, in the order of the tree. Costs one visit of each distinct
// node below n, and is done only for commits that have a fault.
func collectFaults(g *graph, c *counts, n int32, id func(gitrepo.Hash) gitrepo.OID) []Fault {
	w := faultWalk{graph: g, counts: c, id: id, clean: map[int32]bool{}}
	w.walk(n)
	return w.faults
}

type faultWalk struct {
	graph  *graph
	counts *counts
	id     func(gitrepo.Hash) gitrepo.OID
	clean  map[int32]bool // nodes below which there is no fault
	faults []Fault
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
