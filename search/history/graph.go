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
	blobs   []gitrepo.Hash
	blobOf  map[gitrepo.Hash]int32
	ofBlob  []int32  // the first unit of each blob; unit.next leads on
	paths   []string // of files that the query wants
	root    *folder
	waiting []int32 // nodes whose tree is not read yet
	scratch []entry
}

// node is one version of one folder.
type node struct {
	tree       gitrepo.Hash
	folder     *folder
	start, end int // its children, in graph.children
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

// folder is a folder's path, which many versions have.
type folder struct {
	path     string // "" or ending in a slash
	names    map[string]*name
	versions map[gitrepo.Hash]int32
	last     []entry // of the version that was read last: the next one shares most entries with it
}

// name is one name within a folder.
type name struct {
	text    string
	label   int32   // index in graph.names
	folder  *folder // not nil once the name was seen as a folder
	asked   bool    // whether want and path were computed: the name was seen as a file
	want    match.Want
	decides bool  // of a path of an index: the path alone decides for one of the readers
	path    int32 // index in graph.paths; of no meaning with Skip
	class   int32
}

// entry is one line of a tree that is a file or a folder.
type entry struct {
	name   *name
	hash   gitrepo.Hash
	folder bool
	child  int32 // as in graph.children
	counts bool  // whether child is of interest: false for a file that the query skips
}

func newGraph(asked *question, hashLen int) *graph {
	g := &graph{
		asked:   asked,
		hashLen: hashLen,
		classOf: map[string]int32{},
		faults:  map[int32]treeFault{},
		unitOf:  map[unitKey]int32{},
		blobOf:  map[gitrepo.Hash]int32{},
		root:    newFolder(""),
	}
	if asked.contentOnly() {
		g.readers = [][]int32{{0}}
	}
	g.nodes = append(g.nodes, node{folder: g.root})
	return g
}

func newFolder(path string) *folder {
	return &folder{path: path, names: map[string]*name{}, versions: map[gitrepo.Hash]int32{}}
}

// version returns the node of a tree in a folder and queues the tree for reading when it is new.
func (g *graph) version(f *folder, tree gitrepo.Hash) int32 {
	if n, ok := f.versions[tree]; ok {
		return n
	}
	n := int32(len(g.nodes))
	g.nodes = append(g.nodes, node{tree: tree, folder: f})
	f.versions[tree] = n
	g.waiting = append(g.waiting, n)
	return n
}

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
	blob, known := g.blobOf[hash]
	if !known {
		blob = int32(len(g.blobs))
		g.blobOf[hash] = blob
		g.blobs = append(g.blobs, hash)
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
