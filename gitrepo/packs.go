package gitrepo

import (
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/packfile"
	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// maxAlternates is the longest chain of alternates (object stores that borrow from each other) that
// is followed. git has the same limit.
const maxAlternates = 5

// openPacks opens the packs of the repository and of its alternates. It skips a pack that cannot be
// opened: git then reads the objects of that pack and reports what is wrong.
func (o *Objects) openPacks() {
	seen := map[string]bool{}
	stores := []string{o.repo.objects}
	for depth := 0; len(stores) > 0 && depth <= maxAlternates; depth++ {
		var next []string
		for _, store := range stores {
			if seen[store] {
				continue
			}
			seen[store] = true
			o.stores = append(o.stores, store)
			indexes, err := filepath.Glob(filepath.Join(escapeGlob(store), "pack", "*.idx"))
			if err != nil {
				continue
			}
			for _, path := range indexes {
				if pack, err := packfile.Open(path, o.hashLen); err == nil {
					o.packs = append(o.packs, pack)
				}
			}
			next = append(next, alternates(store)...)
		}
		stores = next
	}
}

// alternates returns the object stores that a store borrows from. It skips stores with quoted
// paths, whose objects git reads.
func alternates(store string) []string {
	text, err := regular.ReadFile(filepath.Join(store, "info", "alternates"))
	if err != nil {
		return nil
	}
	var paths []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' || line[0] == '"' {
			continue
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(store, line)
		}
		paths = append(paths, filepath.Clean(line))
	}
	return paths
}

// escapeGlob escapes a path so that filepath.Glob matches it literally.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
