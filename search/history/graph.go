package history

import (
	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/internal/gitattributes"
	"github.com/backsight/backsight/search/match"
)

// A graph has the trees of all commits of a search, with one node for each distinct pair of folder
// and tree, reduced to what the query needs. Commits share the nodes of equal trees, so the cost of
// 8,000 commits is that of their changes.
type graph struct {
	asked   *question
	hashLen int
	// by the key that question.class returns: the number of the class of paths with this key
	classOf map[string]int32
	readers [][]int32 // by class: the readers (see question) that need the content

	nodes    []node
	children []int32 // the children of all nodes, concatenated: a unit ≥ 0, or ^node
	labels   []int32 // by child: its name, as an index in names
	names    []*name
	faults   map[int32]treeFault

	units   []unit
	unitOf  map[unitKey]int32 // all units except the first of each blob
	blobs   gitrepo.HashSet
	ofBlob  []int32 // the first unit of each blob; unit.next is the next one
	paths   []*name // of the files that the query wants
	root    *folder
	waiting []int32 // nodes whose tree has not been read yet
	// Some nodes of different folders have the same children (see share), or some versions of a
	// folder have different name objects (see variant).
	shared  bool
	labelOf map[string]int32 // by the text of a name: the first label; only if shared
	scratch []entry
}

// A node is one version of one folder. Nodes of one level of folders have higher numbers than those
// of the level above.
type node struct {
	tree       gitrepo.Hash
	folder     *folder
	start, end uint32 // the node's children: graph.children[start:end]
}

// A treeFault says why an object could not be read.
type treeFault struct {
	problem gitrepo.Problem
	detail  string
	// `attributes` is nil, unless the fault belongs to a node and the object is the .gitattributes
	// file of the node's folder, not the node's tree.
	attributes *gitrepo.Hash
}

// A unit is what has its own count: a blob at all its paths of one class (question.class), or a
// path that decides the count without the content.
type unit struct {
	blob  int32 // -1 if the path alone decides
	class int32
	path  int32 // one of its paths
	next  int32 // the blob's next unit, or -1
}

// A unitKey identifies a unit: blob and class, or -1 and the path.
type unitKey struct{ blob, of int32 }

// emptyNode is a node without children: the tree of a commit that could not be read, and the start
// of a sweep.
const emptyNode = 0

// A folder is the folder at one path, in all commits. Commits can have different trees at this
// path: the versions of the folder. Everything but the path and the context is released once all
// trees of the folder's level have been read.
type folder struct {
	path     string // "" or ending in a slash; with shared nodes, one of its paths
	key      string // question.alike of path, if keyed
	keyed    bool
	skip     bool                   // no file below it matters, so its trees are not read
	names    map[string]*name       // by text; nil while `last` has all names of the folder
	versions []int32                // the nodes that were made last
	many     map[gitrepo.Hash]int32 // its other nodes, by tree
	// the entries of the version that was read last; the next version shares most of them
	last []entry
	// The rules about attributes that apply in the folder. The rules of its own .gitattributes file
	// are only in variants of the folder, because versions of it can have different such files, or
	// none.
	context  *gitattributes.Context
	variants map[*gitattributes.Context]*folder // by their contexts
	// plain, in a variant, is the folder without its own .gitattributes file.
	plain *folder
}

// fewVersions is the length at which the nodes in folder.versions move to folder.many. Shorter
// lists are searched linearly.
const fewVersions = 16

// A name is the name of a file or folder in its parent folder, in all commits. It must be small,
// because a graph may have a million names.
type name struct {
	text   string
	in     *folder
	folder *folder // not nil once the name has occurred as a folder
	label  int32   // index in graph.names
	path   int32   // index in graph.paths; meaningless with Skip
	class  int32
	// number of the file's attributes; see attributes
	attributes int32
	want       match.Want
	asked      bool // want, class and path are set, because the name has occurred as a file
	decides    bool // only for a path of a history index: question.pathDecides of the path
}

// An entry is a file or a folder in a tree.
type entry struct {
	name   *name
	hash   gitrepo.Hash
	child  int32 // as in graph.children
	folder bool
	counts bool // child is set; false for a file or folder that the query skips
}

func newGraph(asked *question, hashLen int) *graph {
	g := &graph{
		asked:   asked,
		hashLen: hashLen,
		classOf: map[string]int32{},
		faults:  map[int32]treeFault{},
		unitOf:  map[unitKey]int32{},
		root:    &folder{},
	}
	if asked.contentOnly() {
		g.readers = [][]int32{{0}}
	}
	g.nodes = append(g.nodes, node{folder: g.root})
	return g
}

// version returns the node of a tree in a folder. If there is none, it makes the node and queues
// the tree for reading.
func (g *graph) version(f *folder, tree gitrepo.Hash) int32 {
	if n, ok := f.many[tree]; ok {
		return n
	}
	for _, n := range f.versions {
		if g.nodes[n].tree == tree {
			return n
		}
	}
	n := int32(len(g.nodes))
	g.nodes = append(g.nodes, node{tree: tree, folder: f})
	g.waiting = append(g.waiting, n)
	if f.versions = append(f.versions, n); len(f.versions) == fewVersions {
		if f.many == nil {
			f.many = map[gitrepo.Hash]int32{}
		}
		for _, n := range f.versions {
			f.many[g.nodes[n].tree] = n
		}
		f.versions = f.versions[:0]
	}
	return n
}

// key returns question.alike of a folder.
func (g *graph) key(f *folder) string {
	if !f.keyed {
		f.key, f.keyed = g.asked.alike(f.path), true
	}
	return f.key
}

// share gives node n the children of another node, which has the same tree in a folder that the
// query judges alike. So the number of nodes depends on how many distinct trees and folder keys
// each level has, not on how many paths.
func (g *graph) share(n, other int32) {
	g.shared = true
	g.nodes[n].start, g.nodes[n].end = g.nodes[other].start, g.nodes[other].end
	g.nodes[n].folder = g.variant(g.nodes[n].folder, g.nodes[other].folder.context)
	if f, bad := g.faults[other]; bad {
		g.faults[n] = f
	}
}

// place returns a number for the name of a child, given the child's label. In two nodes that are
// compared, children with the same name have the same number. Unless g.shared, this number is the
// label, because nodes that are compared are versions of one folder.
func (g *graph) place(label int32) int32 {
	if !g.shared {
		return label
	}
	return g.placeOf(g.names[label].text, label)
}

func (g *graph) placeOf(text string, label int32) int32 {
	first, known := g.labelOf[text]
	if !known {
		if g.labelOf == nil {
			g.labelOf = map[string]int32{}
		}
		first = label
		g.labelOf[text] = first
	}
	return first
}

// forget releases what was needed to read the trees of some nodes. Callers must not ask for further
// versions of the folders of these nodes.
func (g *graph) forget(nodes []int32) {
	for _, n := range nodes {
		f := g.nodes[n].folder
		if f.plain != nil {
			*f.plain = folder{path: f.path, context: f.plain.context}
		}
		*f = folder{path: f.path, context: f.context}
	}
}

// freeze releases what only unitFor needs. Callers must not call unitFor afterwards.
func (g *graph) freeze() {
	g.unitOf, g.scratch = nil, nil
	g.blobs.Freeze()
}

// path returns the path with the index i in g.paths.
func (g *graph) path(i int32) string { return g.paths[i].in.path + g.paths[i].text }

func (g *graph) childrenOf(n int32) []int32 { return g.children[g.nodes[n].start:g.nodes[n].end] }
func (g *graph) labelsOf(n int32) []int32   { return g.labels[g.nodes[n].start:g.nodes[n].end] }

// unitFor returns the unit of a wanted file whose content is the blob `hash`, and makes it if it is
// new.
func (g *graph) unitFor(file *name, hash gitrepo.Hash) int32 {
	if file.want == match.Path {
		key := unitKey{blob: -1, of: file.path}
		u, known := g.unitOf[key]
		if !known {
			u = int32(len(g.units))
			g.units = append(g.units, unit{blob: -1, path: file.path, next: -1})
			g.unitOf[key] = u
		}
		return u
	}
	blob, known := g.blobs.Number(hash)
	if !known {
		g.ofBlob = append(g.ofBlob, int32(len(g.units)))
		g.units = append(g.units, unit{blob: blob, class: file.class, path: file.path, next: -1})
		return g.ofBlob[blob]
	}
	first := g.ofBlob[blob]
	if g.units[first].class == file.class {
		return first
	}
	key := unitKey{blob: blob, of: file.class}
	u, known := g.unitOf[key]
	if !known {
		u = int32(len(g.units))
		g.units = append(g.units, unit{blob: blob, class: file.class, path: file.path, next: g.units[first].next})
		g.units[first].next = u
		g.unitOf[key] = u
	}
	return u
}

// class returns the number of the class of a path whose content is wanted.
func (g *graph) class(path string, attributes int32) int32 {
	if g.asked.contentOnly() {
		return 0
	}
	class := g.asked.class(path, attributes)
	n, known := g.classOf[class]
	if !known {
		n = int32(len(g.classOf))
		g.classOf[class] = n
		g.readers = append(g.readers, g.asked.contentReaders(path, attributes))
	}
	return n
}
