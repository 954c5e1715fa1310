package history

import (
	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// graph holds the trees of all commits of a search, each distinct (folder, tree) pair once, reduced to what matters for
// the query. Trees that commits share are shared nodes, so 8,000 commits cost what their changes cost.
type graph struct {
	asked   *question
	hashLen int
	classOf map[string]int32 // numbers of question.class: what a count depends on besides the content
	readers [][]int32        // by class: who needs the content

	nodes    []node
	children []int32 // the children of all nodes, one after the other: a unit ≥ 0, or ^node
	labels   []int32 // for each child, its name: an index in names. Only faults are ever called by name
	names    []*name
	faults   map[int32]treeFault

	units   []unit
	unitOf  map[unitKey]int32 // all but the first unit of each blob
	blobs   gitrepo.HashSet
	ofBlob  []int32 // the first unit of each blob; unit.next leads on
	paths   []*name // files that the query wants
	root    *folder
	waiting []int32 // nodes whose tree is not read yet
	scratch []entry
}

// node is one version of one folder.
type node struct {
	tree       gitrepo.Hash
	folder     *folder
	start, end uint32 // its children, in graph.children
}

// treeFault says why a tree could not be read.
type treeFault struct {
	problem gitrepo.Problem
	detail  string
}

// unit is what has one count: a blob at all paths of one class, or a path where that alone decides.
type unit struct {
	blob  int32 // -1 when the path alone decides
	class int32
	path  int32 // one of its paths
	next  int32 // the blob's next unit, or -1
}

// unitKey identifies a unit: blob and class, or -1 and the path.
type unitKey struct{ blob, of int32 }

// emptyNode is a node without children: the tree of a commit that could not be read, and what a sweep starts from.
const emptyNode = 0

// folder is a folder's path, which many versions have. All but the path is forgotten when the level of the folder is read.
type folder struct {
	path     string           // "" or ending in a slash
	names    map[string]*name // nil while all names are those of last
	versions []int32          // nodes
	many     map[gitrepo.Hash]int32
	last     []entry // of the version that was read last: the next one shares most entries with it
}

// fewVersions is how many versions of a folder are looked through one by one.
const fewVersions = 16

// name is one name within a folder. There may be a million of them, and of entries.
type name struct {
	text    string
	in      *folder
	folder  *folder // not nil once the name was seen as a folder
	label   int32   // index in graph.names
	path    int32   // index in graph.paths; of no meaning with Skip
	class   int32
	want    match.Want
	asked   bool // whether want and path were computed: the name was seen as a file
	decides bool // of a path of an index: the path alone decides for one of the readers
}

// entry is one line of a tree that is a file or a folder.
type entry struct {
	name   *name
	hash   gitrepo.Hash
	child  int32 // as in graph.children
	folder bool
	counts bool // whether child is of interest: false for a file that the query skips
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

// version returns the node of a tree in a folder and queues the tree for reading when it is new.
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

// forget drops what served reading the trees of some nodes: no other version of their folders will come.
func (g *graph) forget(nodes []int32) {
	for _, n := range nodes {
		*g.nodes[n].folder = folder{path: g.nodes[n].folder.path}
	}
}

// freeze drops what served finding units.
func (g *graph) freeze() {
	g.unitOf, g.scratch = nil, nil
	g.blobs.Freeze()
}

// path returns the path of a wanted file.
func (g *graph) path(i int32) string { return g.paths[i].in.path + g.paths[i].text }

func (g *graph) childrenOf(n int32) []int32 { return g.children[g.nodes[n].start:g.nodes[n].end] }
func (g *graph) labelsOf(n int32) []int32   { return g.labels[g.nodes[n].start:g.nodes[n].end] }

// unitFor returns the unit of a wanted file.
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

// class numbers the class of a path whose content is wanted.
func (g *graph) class(path string) int32 {
	if g.asked.contentOnly() {
		return 0
	}
	class := g.asked.class(path)
	n, known := g.classOf[class]
	if !known {
		n = int32(len(g.classOf))
		g.classOf[class] = n
		g.readers = append(g.readers, g.asked.contentReaders(path))
	}
	return n
}
