package match

import (
	"sort"
	"sync/atomic"

	"github.com/backsight/backsight/search/query"
)

// Want says what a Matcher needs to know of a file.
type Want int

const (
	// Skip: the path alone rules the file out. Match counts nothing, whatever
	// the content.
	Skip Want = iota
	// Path: the path alone decides. Match does not look at the content, which
	// may be nil.
	Path
	// Content: the content must be read.
	Content
)

// Options of Compile.
type Options struct {
	// ByValue counts per value of the capturing groups, instead of ranges.
	ByValue bool
	// Languages, if not nil, counts lines, bytes or files per language, of files for
	// which the query holds. The query may have filters only, see query.ParseFilters.
	Languages *Languages
}

// Counts is what was found in one file.
type Counts struct {
	// N is the number of match ranges; of values, with Options.ByValue; 1 for a
	// file that counts as a whole; 0 for a file that does not match.
	N int64
	// Values is the count of each value, and nil unless there are any. A value
	// is valid UTF-8 without NUL, at most 100 bytes long.
	Values map[string]int64
}

// A Matcher searches files, one at a time. It is safe for concurrent use.
type Matcher struct {
	expr      *node // nil: every file matches
	patterns  int   // how many there are; their ids are below it
	onPaths   bool  // patterns match paths (type:path)
	whole     bool  // a file counts once (type:path, select:file, select:repo)
	byValue   bool
	perRepo   bool
	languages *languages // not nil: counts per language
	varying   []*node    // leaves on which Match depends besides content; see Class

	kind       query.Kind
	lines      lineSide // of changes, see MatchCommit
	predicates []*Predicate
	stop       *atomic.Bool // or nil
}

// Until is the same matcher, but that it gives up when stop is set, so that not even
// the most costly pattern in the largest file keeps it long. From then on its
// answers, and those of its Predicates, are worthless.
func (m *Matcher) Until(stop *atomic.Bool) *Matcher {
	until := *m
	until.stop = stop
	until.predicates = make([]*Predicate, len(m.predicates))
	for i, p := range m.predicates {
		of := *p
		of.stop = stop
		until.predicates[i] = &of
	}
	return &until
}

// Want says what Match needs to know of the file at path. Like Match, it is for a
// matcher whose Kind is query.Files.
func (m *Matcher) Want(path string) Want {
	if m.kind != query.Files {
		panic("match: Want of a matcher for commits")
	}
	switch m.onPath(m.expr, path) {
	case no:
		return Skip
	case yes:
		if m.languages == nil && (m.whole || m.patterns == 0) {
			return Path
		}
	}
	if m.languages != nil && m.languages.skips(path) {
		return Skip
	}
	return Content
}

// Match counts matches in one file. It neither changes nor retains content,
// which may be nil if Want(path) is not Content.
func (m *Matcher) Match(path string, content []byte) Counts {
	if m.kind != query.Files {
		panic("match: Match of a matcher for commits")
	}
	if m.languages != nil {
		if m.Want(path) == Skip {
			return Counts{}
		}
		return countsOf(func(yield func([]byte, int64)) int64 { return m.EachValue(path, content, int64(len(content)), yield) })
	}
	f := file{m: m, path: path, content: content}
	if m.onPaths {
		f.content = []byte(path)
		f.text = content
	} else {
		f.text, f.binary = content, IsBinary(content)
	}
	if m.expr == nil {
		return Counts{N: 1}
	}
	if only := m.expr.counted; only != nil && !m.whole && !m.byValue {
		// One pattern besides filters: counting it also says whether it is there.
		if f.binary || !f.filtersHold(m.expr) {
			return Counts{}
		}
		return Counts{N: only.finder.count(f.content, m.stop)}
	}
	if !f.holds(m.expr) {
		return Counts{}
	}
	if m.whole {
		return Counts{N: 1}
	}
	active := f.active(m.expr, nil)
	if m.byValue {
		return countsOf(func(yield func([]byte, int64)) int64 { return f.eachValue(active, yield) })
	}
	switch len(active) {
	case 0:
		return Counts{N: 1}
	case 1:
		return Counts{N: active[0].finder.count(f.content, m.stop)}
	}
	var all []span
	for _, p := range active {
		all = p.finder.ranges(f.content, all, m.stop)
	}
	return Counts{N: countApart(all)}
}

// countApart counts the ranges that are left when of overlapping ones the
// leftmost is kept, of these the longest.
func countApart(all []span) int64 {
	sort.Slice(all, func(i, j int) bool {
		if all[i].start != all[j].start {
			return all[i].start < all[j].start
		}
		return all[i].end > all[j].end
	})
	n, end := int64(0), 0
	for _, s := range all {
		if s.start >= end {
			n++
			end = s.end
		}
	}
	return n
}

// PerRepository reports whether a commit counts 1 if anything matched and 0
// otherwise (select:repo), instead of the sum of its files' counts.
func (m *Matcher) PerRepository() bool { return m.perRepo }

// ContentOnly reports whether files of equal content for which Want says Content
// have equal counts, whatever their paths. If not, see Class.
func (m *Matcher) ContentOnly() bool { return len(m.varying) == 0 && m.languages == nil }

// Class is what Match takes from a path for which Want says Content: files of
// equal content and equal class have equal counts. It is "" for all paths if
// ContentOnly.
func (m *Matcher) Class(path string) string {
	if m.onPaths && len(m.varying) > 0 {
		return path
	}
	var class []byte
	for _, n := range m.varying {
		switch m.onPath(n, path) {
		case no:
			class = append(class, '-')
		case yes:
			class = append(class, '+')
		default:
			class = append(append(class, '?'), suffix(path)...)
			class = append(class, 0)
		}
	}
	if m.languages != nil {
		class = m.languages.classOf(class, path)
	}
	return string(class)
}

// selects says whether files count as a whole.
func selects(q *query.Query) bool {
	return q.Type == query.TypePath || q.Select != query.SelectContent
}
