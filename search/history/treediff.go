package history

// A treeDiff lists the files that differ between two trees.
type treeDiff struct {
	graph   *graph
	changes []change
	broken  []int32 // nodes that differ and cannot be read
}

// compare compares two versions of a folder. emptyNode stands for a version without files.
func (d *treeDiff) compare(a, b int32) {
	if a == b {
		return
	}
	g := d.graph
	whole := true
	for _, n := range []int32{a, b} {
		if _, bad := g.faults[n]; bad {
			d.broken = append(d.broken, n)
			whole = false
		}
	}
	if !whole {
		return
	}
	folder := g.nodes[b].folder
	if b == emptyNode {
		folder = g.nodes[a].folder
	}
	olds, oldLabels := g.childrenOf(a), g.labelsOf(a)
	news, newLabels := g.childrenOf(b), g.labelsOf(b)
	for len(olds) > 0 && len(news) > 0 && olds[0] == news[0] && oldLabels[0] == newLabels[0] {
		olds, oldLabels, news, newLabels = olds[1:], oldLabels[1:], news[1:], newLabels[1:]
	}
	for o, n := len(olds)-1, len(news)-1; o >= 0 && n >= 0 && olds[o] == news[n] && oldLabels[o] == newLabels[n]; o, n = o-1, n-1 {
		olds, news = olds[:o], news[:n]
	}
	// If a name is a file in one version and a folder in the other, one is removed and the other
	// added.
	type key struct {
		label  int32
		folder bool
	}
	before := make(map[key]int32, len(olds))
	for i, child := range olds {
		before[key{oldLabels[i], child < 0}] = child
	}
	for i, child := range news {
		k := key{newLabels[i], child < 0}
		old, there := before[k]
		delete(before, k)
		switch {
		case child < 0 && there:
			d.compare(^old, ^child)
		case child < 0:
			d.compare(emptyNode, ^child)
		case !there:
			d.changes = append(d.changes, change{path: folder.path + g.names[k.label].text, old: -1, new: child})
		case old != child:
			d.changes = append(d.changes, change{path: folder.path + g.names[k.label].text, old: old, new: child})
		}
	}
	for i, child := range olds {
		k := key{oldLabels[i], child < 0}
		if _, left := before[k]; !left {
			continue
		}
		if child < 0 {
			d.compare(^child, emptyNode)
		} else {
			d.changes = append(d.changes, change{path: folder.path + g.names[k.label].text, old: child, new: -1})
		}
	}
}
