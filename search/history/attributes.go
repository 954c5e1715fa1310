package history

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/internal/gitattributes"
	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// attributes has what .gitattributes files say about the languages of files. A question has them
// only if its query reads languages. Different attributes have different numbers; 0 stands for a
// file without attributes.
type attributes struct {
	table    *gitattributes.Table
	files    map[gitrepo.Hash]*attributesFile
	numbers  map[linguist.Attributes]int32
	matchers []*match.Matcher // by number
	all      []linguist.Attributes
	found    bool // some folder has rules that matter
}

// An attributesFile is the content of a .gitattributes file.
type attributesFile struct {
	rules gitattributes.File
	fault *treeFault // why it could not be read
}

// newAttributes returns the attributes for a matcher, or nil if it does not read languages.
func newAttributes(m *match.Matcher) *attributes {
	if m == nil || !m.ReadsLanguages() {
		return nil
	}
	return &attributes{
		table: gitattributes.NewTable(), files: map[gitrepo.Hash]*attributesFile{},
		numbers: map[linguist.Attributes]int32{{}: 0}, matchers: []*match.Matcher{m}, all: make([]linguist.Attributes, 1),
	}
}

// number returns the number of the attributes of a file in the folder of a context.
func (a *attributes) number(c *gitattributes.Context, file string) int32 {
	if c == nil {
		return 0
	}
	of := c.Of(file)
	n, known := a.numbers[of]
	if !known {
		n = int32(len(a.matchers))
		a.numbers[of] = n
		a.matchers = append(a.matchers, a.matchers[0].With(of))
		a.all = append(a.all, of)
	}
	return n
}

// given returns the attributes of this number, or nil for a file without attributes.
func (q *question) given(number int32) *linguist.Attributes {
	if number == 0 {
		return nil
	}
	return &q.attributes.all[number]
}

// errOpen says that a query about changed lines needs an opened question: attributes matter, so the
// path of a file does not say whether its changes can match.
var errOpen = errors.New("attributes decide which changes can match")

// mustOpen reports whether the question must be opened.
func (q *question) mustOpen() bool {
	return q.changes != nil && q.changes.Kind() == query.Diffs && q.open == nil && q.attributes != nil && q.attributes.found
}

// add returns the context of a folder with a .gitattributes file that has been read, given the
// context of the folder without this file. If the file could not be read, add returns this context
// and the fault.
func (a *attributes) add(c *gitattributes.Context, blob gitrepo.Hash, root bool) (*gitattributes.Context, *treeFault) {
	f := a.files[blob]
	if f.fault != nil {
		return c, f.fault
	}
	c = a.table.Add(c, &f.rules, root)
	a.found = a.found || c != nil
	return c, nil
}

var attributesEntry = []byte(" " + gitattributes.FileName + "\x00")

// attributesIn returns the .gitattributes file in the content of a tree. A symbolic link of this
// name does not count, as in git.
func attributesIn(tree []byte, hashLen int) (blob gitrepo.Hash, ok bool) {
	if !bytes.Contains(tree, attributesEntry) {
		return blob, false
	}
	for len(tree) > 0 {
		space, zero := bytes.IndexByte(tree, ' '), bytes.IndexByte(tree, 0)
		if space <= 0 || zero <= space || len(tree) < zero+1+hashLen {
			return blob, false
		}
		if string(tree[space+1:zero]) == gitattributes.FileName && gitrepo.KindOfEntry(tree[:space]) == gitrepo.EntryFile {
			copy(blob[:], tree[zero+1:zero+1+hashLen])
			return blob, true
		}
		tree = tree[zero+1+hashLen:]
	}
	return blob, false
}

// readAttributes reads those .gitattributes files that have not been read.
func (s *search) readAttributes(ctx context.Context, blobs []gitrepo.Hash) error {
	a := s.graph.asked.attributes
	var unread []gitrepo.Hash
	for _, blob := range blobs {
		if a.files[blob] == nil {
			a.files[blob] = &attributesFile{}
			unread = append(unread, blob)
		}
	}
	options := gitrepo.ReadOptions{Workers: 1, MaxSize: gitattributes.MaxSize}
	return s.objects.Read(ctx, unread, options, func(_, i int, object *gitrepo.Object) error {
		s.stats.Attributes++
		f := a.files[unread[i]]
		switch {
		case object.Problem == gitrepo.TooLarge: // git ignores it
		case object.Problem != "":
			f.fault = &treeFault{problem: object.Problem, detail: object.Detail, attributes: &unread[i]}
		case object.Kind != gitrepo.KindBlob:
			f.fault = &treeFault{problem: gitrepo.Corrupt, detail: "not a blob", attributes: &unread[i]}
		default:
			f.rules = *gitattributes.Parse(object.Data)
		}
		return nil
	})
}

// errAttributes says that a .gitattributes file could not be read. Then the search reads the trees
// instead of the index, because only they show which files of a commit are affected.
var errAttributes = errors.New("a .gitattributes file could not be read")

// maxHeld is the approximate limit, in bytes, on the trees that are held until their .gitattributes
// files have been read.
const maxHeld = 8 << 20

var errHeld = errors.New("many trees wait for their .gitattributes files")

// eachTree reads trees, and calls visit for each of them. If the query reads languages, it reads
// the .gitattributes file of a tree before that call. visit must not retain the object.
func (s *search) eachTree(ctx context.Context, trees []gitrepo.Hash, visit func(i int, object *gitrepo.Object) error) error {
	a, options := s.graph.asked.attributes, gitrepo.ReadOptions{Workers: 1}
	if a == nil {
		return s.objects.Read(ctx, trees, options, func(_, i int, object *gitrepo.Object) error { return visit(i, object) })
	}
	left := make([]int, len(trees)) // indexes of the trees that have not been visited
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		// A tree whose .gitattributes file has not been read is held until that file has been read.
		var held []gitrepo.Object
		var whose []int
		var blobs []gitrepo.Hash
		size := 0
		done := make([]bool, len(left))
		err := s.objects.Read(ctx, trees, options, func(_, k int, object *gitrepo.Object) error {
			done[k] = true
			blob, has := attributesIn(object.Data, s.graph.hashLen)
			if !has || a.files[blob] != nil {
				return visit(left[k], object)
			}
			hold := *object
			hold.Data = slices.Clone(object.Data)
			held, whose, blobs = append(held, hold), append(whose, left[k]), append(blobs, blob)
			if size += len(hold.Data); size > maxHeld {
				return errHeld
			}
			return nil
		})
		if err != nil && !errors.Is(err, errHeld) {
			return err
		}
		if err := s.readAttributes(ctx, blobs); err != nil {
			return err
		}
		for i := range held {
			if err := visit(whose[i], &held[i]); err != nil {
				return err
			}
		}
		var still []int
		var again []gitrepo.Hash
		for k, i := range left {
			if !done[k] {
				still, again = append(still, i), append(again, trees[k])
			}
		}
		left, trees = still, again
	}
	return nil
}

// enter moves node n to the variant of its folder that has the rules of the tree's .gitattributes
// file. It returns false if this file could not be read; then nothing is known about the files
// below, and the node has a fault.
func (g *graph) enter(n int32, tree []byte) bool {
	blob, has := attributesIn(tree, g.hashLen)
	if !has {
		return true
	}
	f := g.nodes[n].folder
	c, fault := g.asked.attributes.add(f.context, blob, f.path == "")
	if fault != nil {
		g.faults[n] = *fault
		return false
	}
	g.nodes[n].folder = g.variant(f, c)
	return true
}

// variant returns the folder with the path of f and the context c. Versions of a folder with
// different contexts have different name objects, so names are compared by their texts; see place.
func (g *graph) variant(f *folder, c *gitattributes.Context) *folder {
	if f.context == c {
		return f
	}
	v := f.variants[c]
	if v == nil {
		g.shared = true
		if f.variants == nil {
			f.variants = map[*gitattributes.Context]*folder{}
		}
		v = &folder{path: f.path, context: c, plain: f}
		f.variants[c] = v
	}
	return v
}

// below makes the folder called `name` in f.
func (g *graph) below(f *folder, name string) *folder {
	made := &folder{path: f.path + name + "/"}
	made.skip = g.asked.skip(made.path)
	if f.context != nil {
		made.context = g.asked.attributes.table.Enter(f.context, name)
	}
	return made
}

// attributesAt returns the number of the attributes of a file in the folder of node n.
func (g *graph) attributesAt(n int32, file string) int32 {
	c := g.nodes[n].folder.context
	if c == nil {
		return 0
	}
	return g.asked.attributes.number(c, file)
}

// matcherOf returns the query's matcher for files with the attributes of unit u, an index in
// g.units. It is nil if only predicates are evaluated (type question).
func (g *graph) matcherOf(u int32) *match.Matcher {
	return g.asked.as(g.paths[g.units[u].path].attributes)
}
