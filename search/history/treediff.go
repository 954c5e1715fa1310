package history

// A treeDiff lists the files that differ between two trees.
type treeDiff struct {
	graph   *graph
	changes []change
	broken  []brokenTree      // trees that differ and cannot be read
	seen    map[[2]int32]bool // only with shared nodes: the pairs that were compared
}

// A brokenTree is a node whose tree cannot be read, and the path of its folder.
type brokenTree struct {
	node int32
	path string
}

// compare compares two versions of the folder at path, which is "" or ends in a slash. emptyNode
// stands for a version without files. With shared nodes (see graph.share), a pair of versions that
// is at several paths is compared once, at the first of them: the query judges the other paths
// alike.
func (d *treeDiff) compare(a, b int32, path string) {
	if a == b || d.compared(a, b) {
		return
	}
	g := d.graph
	whole := true
	for _, n := range []int32{a, b} {
		if _, bad := g.faults[n]; bad {
			d.broken = append(d.broken, brokenTree{n, path})
			whole = false
		}
	}
	if !whole {
		return
	}
	olds, oldLabels := g.childrenOf(a), g.labelsOf(a)
	news, newLabels := g.childrenOf(b), g.labelsOf(b)
	same := func(o, n int) bool { return olds[o] == news[n] && g.place(oldLabels[o]) == g.place(newLabels[n]) }
	for len(olds) > 0 && len(news) > 0 && same(0, 0) {
		olds, oldLabels, news, newLabels = olds[1:], oldLabels[1:], news[1:], newLabels[1:]
	}
	for o, n := len(olds)-1, len(news)-1; o >= 0 && n >= 0 && same(o, n); o, n = o-1, n-1 {
		olds, news = olds[:o], news[:n]
	}
	// If a name is a file in one version and a folder in the other, the old one counts as removed
	// and the new one as added.
	type key struct {
		place  int32
		folder bool
	}
	before := make(map[key]int32, len(olds))
	for i, child := range olds {
		before[key{g.place(oldLabels[i]), child < 0}] = child
	}
	for i, child := range news {
		k := key{g.place(newLabels[i]), child < 0}
		old, there := before[k]
		delete(before, k)
		at := path + g.names[k.place].text
		switch {
		case child < 0 && there:
			d.compare(^old, ^child, at+"/")
		case child < 0:
			d.compare(emptyNode, ^child, at+"/")
		case !there:
			d.add(change{path: at, old: -1, new: child}, g.names[k.place].text, b, b)
		case old != child:
			d.add(change{path: at, old: old, new: child}, g.names[k.place].text, a, b)
		}
	}
	for i, child := range olds {
		k := key{g.place(oldLabels[i]), child < 0}
		if _, left := before[k]; !left {
			continue
		}
		at := path + g.names[k.place].text
		if child < 0 {
			d.compare(^child, emptyNode, at+"/")
		} else {
			d.add(change{path: at, old: child, new: -1}, g.names[k.place].text, a, a)
		}
	}
}

// add adds a change of a file whose attributes before and after it are those in the folders of two
// nodes.
func (d *treeDiff) add(c change, name string, before, after int32) {
	c.oldAttributes, c.newAttributes = d.graph.attributesAt(before, name), d.graph.attributesAt(after, name)
	d.changes = append(d.changes, c)
}

// compared reports whether nodes a and b were compared before, and remembers this pair. It always
// returns false if the graph has no shared nodes.
func (d *treeDiff) compared(a, b int32) bool {
	if !d.graph.shared {
		return false
	}
	if d.seen == nil {
		d.seen = map[[2]int32]bool{}
	}
	known := d.seen[[2]int32{a, b}]
	d.seen[[2]int32{a, b}] = true
	return known
}
