package history

import (
	"strings"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// Unsearched are the files of a commit that the query would search if they were not binary, and
// whose names are those of texts (match.HasTextName): texts in UTF-16 without a byte order mark, or
// with a NUL. They match no pattern.
type Unsearched struct {
	Commit gitrepo.OID
	Files  int      // files with different contents
	Paths  []string // the first namedFiles of them, in byte order; of equal files, only the first
}

// namedFiles is how many paths Unsearched has.
const namedFiles = 5

func (u *Unsearched) add(path string) {
	if u.Files++; u.Files <= namedFiles {
		u.Paths = append(u.Paths, path)
	}
}

// binaryTexts stores the unsearched files below node n, which is the tree of the request's first
// commit. The blobs below n must have been read.
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

// indexedBinaryTexts does the same as binaryTexts, with the request's index.
func (s *search) indexedBinaryTexts() error {
	u := s.request.Unsearched
	if u == nil {
		return nil
	}
	*u = Unsearched{Commit: s.request.Commits[0]}
	positions, ok := s.request.Index.Positions(s.request.Commits[:1])
	if !ok {
		return nil // plan has found all commits in the index
	}
	told := map[int]bool{}
	return s.request.Index.EachBinaryText(positions[0], func(path string, blob int) {
		if !told[blob] && s.graph.asked.matcher.Want(path) == match.Content {
			told[blob] = true
			u.add(path)
		}
	})
}
