package history

// reach finds the blobs that each commit needs and that no commit before it in the request needed.
type reach struct {
	graph *graph
	nodes []bool
	blobs []bool
}

func newReach(g *graph) *reach {
	return &reach{graph: g, nodes: make([]bool, len(g.nodes)), blobs: make([]bool, len(g.blobs.All))}
}

// add appends to `batch` the blobs below node n that were not reached before.
func (r *reach) add(batch []int32, n int32) []int32 {
	if r.nodes[n] {
		return batch
	}
	r.nodes[n] = true
	for _, child := range r.graph.childrenOf(n) {
		if child < 0 {
			batch = r.add(batch, ^child)
		} else if blob := r.graph.units[child].blob; blob >= 0 && !r.blobs[blob] {
			r.blobs[blob] = true
			batch = append(batch, blob)
		}
	}
	return batch
}
