package history

import (
	"errors"
	"strings"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/match"
)

// Unsearched are the files of a commit that the query would search if they were not binary, and
// whose names are those of texts (match.HasTextName): texts in UTF-16 without a byte order mark, or
// with a NUL. They match no pattern.
type Unsearched struct {
	Commit gitrepo.OID
	Files  int      // files with equal contents count once
	Paths  []string // of the first namedFiles files, in byte order; of equal files, only the first
}

// namedFiles is the most paths that Unsearched has.
const namedFiles = 5

func (u *Unsearched) add(path string) {
	if u.Files++; u.Files <= namedFiles {
		u.Paths = append(u.Paths, path)
	}
}

// binaryTexts sets Request.Unsearched to the unsearched files below node n, which is the tree of
// the request's first commit. The blobs below n must have been read.
func (s *search) binaryTexts(counts *counts, n int32) {
	u := s.request.Unsearched
	if u == nil {
		return
	}
	*u = Unsearched{Commit: s.request.Commits[0]}
	if len(counts.binary) == 0 {
		return
	}
	g, seen, told := s.graph, make([]bool, len(s.graph.nodes)), map[int32]bool{}
	var folders []string
	var walk func(n int32)
	walk = func(n int32) {
		if seen[n] {
			return // equal folders have equal files
		}
		seen[n] = true
		labels := g.labelsOf(n)
		for i, child := range g.childrenOf(n) {
			name := g.names[labels[i]].text
			if child < 0 {
				folders = append(folders, name+"/")
				walk(^child)
				folders = folders[:len(folders)-1]
				continue
			}
			blob := g.units[child].blob
			if blob < 0 || told[blob] || !counts.binary[blob] || !match.HasTextName(name) {
				continue
			}
			if path := strings.Join(folders, "") + name; g.asked.matcher.Want(path) == match.Content {
				told[blob] = true
				u.add(path)
			}
		}
	}
	walk(n)
}

// An indexedUnsearched finds the unsearched files in the lifetimes of a history index. nil finds
// none.
type indexedUnsearched struct {
	found   *Unsearched
	matcher *match.Matcher // nil: every file is searched
	binary  index.Bits     // the blobs that may be such files
	at      int            // the position of the commit
	told    map[int]bool
	names   *index.Paths // must be set before see is called
}

// UnsearchedIn returns the unsearched files of the newest commit of an index, for a query that
// searches every file.
func UnsearchedIn(x *index.Index) (Unsearched, error) {
	u := Unsearched{Commit: x.Tip()}
	binary, err := x.BinaryTexts()
	if err != nil || binary == nil {
		return u, err
	}
	n := &indexedUnsearched{found: &u, binary: binary, at: x.Commits() - 1, told: map[int]bool{}}
	err = n.all(x)
	return u, err
}

// indexedUnsearched returns nil if Request.Unsearched is nil, or if the index has no such files.
// `position` is that of the request's first commit.
func (s *search) indexedUnsearched(position int) (*indexedUnsearched, error) {
	u := s.request.Unsearched
	if u == nil {
		return nil, nil
	}
	*u = Unsearched{Commit: s.request.Commits[0]}
	binary, err := s.request.Index.BinaryTexts()
	if err != nil || binary == nil {
		return nil, err
	}
	return &indexedUnsearched{found: u, matcher: s.graph.asked.matcher, binary: binary, at: position, told: map[int]bool{}}, nil
}

// see looks at one lifetime. Callers must pass all of them, in the order of the index.
func (n *indexedUnsearched) see(l index.Lifetime) error {
	if n == nil || !n.binary.Has(l.Blob) || n.at < l.From || n.at >= l.To || n.told[l.Blob] {
		return nil
	}
	path, err := n.names.Name(l.Path)
	if err == nil && match.HasTextName(path) && (n.matcher == nil || n.matcher.Want(path) == match.Content) {
		n.told[l.Blob] = true
		n.found.add(path)
	}
	return err
}

// all looks at the whole index.
func (n *indexedUnsearched) all(x *index.Index) (err error) {
	if n == nil {
		return nil
	}
	if n.names, err = x.Paths(); err != nil {
		return err
	}
	var failed error
	err = x.EachLifetime(func(l index.Lifetime) {
		if failed == nil {
			failed = n.see(l)
		}
	})
	return errors.Join(err, failed)
}
