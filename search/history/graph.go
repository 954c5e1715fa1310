package history

import (
	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// graph holds the trees of all commits of a search, each distinct (folder, tree) pair once, reduced to what matters for
// the query. Trees that commits share are shared nodes, so 8,000 commits cost what their changes cost.
type graph struct {
	matcher *match.Matcher
	hashLen int
	// sharing says that a count depends on the content alone, so a blob has one unit wherever it lies.
	sharing bool

	nodes    []node
	children []int32 // the children of all nodes, one after the other: a unit ≥ 0, or ^node
	labels   []int32 // for each child, its name: an index in names. Only faults are ever called by name
	names    []*name
	faults   map[int32]treeFault

	units   []unit
	unitOf  map[unitKey]int32
	blobs   []gitrepo.Hash
	blobOf  map[gitrepo.Hash]int32
	ofBlob  []int32  // the first unit of each blob; unit.next leads on
	paths   []string // of files that the query wants
	root    *folder
	waiting []int32 // nodes whose tree is not read yet
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

// unit is what has one count: a blob; a blob at a path, where the count depends on the path too; or a path alone.
type unit struct {
	blob int32 // -1 when the path alone decides
	path int32 // for a shared blob, one of its paths
	next int32 // the blob's next unit, or -1
}

type unitKey struct{ blob, path int32 }

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
	text   string
	label  int32   // index in graph.names
	folder *folder // not nil once the name was seen as a folder
	asked  bool    // whether want and path were computed: the name was seen as a file
	want   match.Want
	path   int32 // index in graph.paths; of no meaning with Skip
}

// entry is one line of a tree that is a file or a folder.
type entry struct {
	name   *name
	hash   gitrepo.Hash
	folder bool
	child  int32 // as in graph.children
	counts bool  // whether child is of interest: false for a file that the query skips
}

func newGraph(m *match.Matcher, hashLen int) *graph {
	g := &graph{
		matcher: m,
		hashLen: hashLen,
		sharing: m.ContentOnly(),
		faults:  map[int32]treeFault{},
		unitOf:  map[unitKey]int32{},
		blobOf:  map[gitrepo.Hash]int32{},
		root:    newFolder(""),
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

// unitFor returns the unit of a wanted file.
func (g *graph) unitFor(file *name, hash gitrepo.Hash) int32 {
	key := unitKey{blob: -1, path: file.path}
	if file.want == match.Content {
		blob, known := g.blobOf[hash]
		if !known {
			blob = int32(len(g.blobs))
			g.blobs = append(g.blobs, hash)
			g.ofBlob = append(g.ofBlob, -1)
			g.blobOf[hash] = blob
		}
		if g.sharing {
			if known {
				return g.ofBlob[blob]
			}
			return g.addUnit(blob, file.path)
		}
		key.blob = blob
	}
	if u, ok := g.unitOf[key]; ok {
		return u
	}
	u := g.addUnit(key.blob, key.path)
	g.unitOf[key] = u
	return u
}

func (g *graph) addUnit(blob, path int32) int32 {
	u := int32(len(g.units))
	next := int32(-1)
	if blob >= 0 {
		next, g.ofBlob[blob] = g.ofBlob[blob], u
	}
	g.units = append(g.units, unit{blob: blob, path: path, next: next})
	return u
}
