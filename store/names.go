package store

import (
	"context"
	"regexp"
	"sync"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// names matches the names of repositories against patterns, in Go, because Postgres has another
// dialect of regular expressions. It remembers the verdicts of the last 16 patterns, because to
// match 36,000 names takes 10 to 200 ms. Safe for concurrent use.
type names struct {
	mu   sync.Mutex
	last []*verdicts // the most recently used one is first
}

// rememberedPatterns is how many patterns are remembered. One takes 3 MB of memory at 36,000
// repositories.
const rememberedPatterns = 16

// verdicts says which names match a pattern. A verdict about a name never changes.
type verdicts struct {
	pattern string
	re      *regexp.Regexp
	mu      sync.Mutex
	byID    map[int32]verdict
}

type verdict struct {
	name    string
	matches bool
}

// of returns the verdicts of a pattern that is not "". It returns Invalid as
// insights.NamePattern does.
func (n *names) of(pattern string) (*verdicts, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, v := range n.last {
		if v.pattern == pattern {
			copy(n.last[1:i+1], n.last[:i])
			n.last[0] = v
			return v, nil
		}
	}
	re, err := insights.NamePattern(pattern)
	if err != nil {
		return nil, err
	}
	v := &verdicts{pattern: pattern, re: re, byID: map[int32]verdict{}}
	n.last = append([]*verdicts{v}, n.last[:min(len(n.last), rememberedPatterns-1)]...)
	return v, nil
}

// keep removes, in place, the repositories whose name does not match the pattern or, if `matching`
// is false, those whose name matches. It matches each name once, until the repository is renamed.
func (v *verdicts) keep(ids []int32, names []string, matching bool) ([]int32, []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	kept := 0
	for i, id := range ids {
		known, ok := v.byID[id]
		if !ok || known.name != names[i] {
			known = verdict{names[i], v.re.MatchString(names[i])}
			v.byID[id] = known
		}
		if known.matches == matching {
			ids[kept], names[kept] = id, names[i]
			kept++
		}
	}
	return ids[:kept], names[:kept]
}

// A nameFilter says which repositories have a wanted name. `all` is true if every name is wanted;
// otherwise `ids` has the repositories, removed ones included.
type nameFilter struct {
	all bool
	ids []int32
}

// named returns the repositories that the viewer may see and whose name matches a pattern. For the
// pattern "" it returns a filter for every name, whatever the viewer may see.
func (d *database) named(ctx context.Context, q *db.Queries, pattern string, viewer Viewer) (nameFilter, error) {
	if pattern == "" {
		return nameFilter{all: true, ids: []int32{}}, nil
	}
	v, err := d.names.of(pattern)
	if err != nil {
		return nameFilter{}, err
	}
	row, err := q.VisibleNames(ctx, db.VisibleNamesParams{WithNames: true, SeesAll: viewer.Admin, Login: viewer.Login})
	if err != nil {
		return nameFilter{}, err
	}
	ids, _ := v.keep(row.IDs, row.Names, true)
	return nameFilter{ids: ids}, nil
}
