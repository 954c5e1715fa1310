package match

import (
	"sort"
	"sync/atomic"

	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/query"
)

// Want says what a Matcher needs in order to match a file.
type Want int

const (
	// Skip: the file counts 0, whatever its content.
	Skip Want = iota
	// Path: the count does not depend on the content, which may be nil.
	Path
	// Content: the content is needed.
	Content
)

// Options are the options of Compile.
type Options struct {
	// ByValue counts the values of the capturing groups instead of match ranges.
	ByValue bool
	// Languages, if not nil, counts lines, bytes or files per language, in files for which the
	// query holds. The query must consist of filters only; see Query.CheckByLanguage.
	Languages *Languages
}

// Counts is the result for one file.
type Counts struct {
	// N is the number of match ranges or, with Options.ByValue or Options.Languages, the sum of
	// Values. It is 1 for a file that counts as a whole, and 0 for a file that does not match.
	N int64
	// Values has the count of each value. It is nil if there are none. A value is valid UTF-8
	// without NUL, and has at most 100 bytes.
	Values map[string]int64
}

// A Matcher is a compiled query. Each call matches it with one file or one commit. A Matcher is
// safe for concurrent use.
type Matcher struct {
	expr      *node // nil if every file matches
	patterns  int   // the number of patterns; their ids are 0 to patterns-1
	onPaths   bool  // patterns match paths (type:path)
	whole     bool  // a matching file counts 1 (type:path, select:file, select:repo)
	byValue   bool
	perRepo   bool
	languages *languages // nil unless counts are per language
	varying   []*node    // leaves on which Match depends besides the content; see Class
	pathExprs []string   // the regular expressions that paths are matched against; see Folders
	opaque    bool       // a condition on paths is not a regular expression
	// attributes are those of the files that are matched; see With. It is never nil.
	attributes *linguist.Attributes

	kind       query.Kind
	lines      lineSide // the side of a change that patterns search; see MatchCommit
	predicates []*Predicate
	stop       *atomic.Bool // may be nil
}

// Until returns a copy of the matcher. Soon after `stop` is set, every call of the copy and of its
// Predicates returns, even for the most expensive pattern in the largest file. From then on, the
// results are meaningless.
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

// ReadsLanguages reports whether counts depend on the languages of files, and so on their
// attributes; see With.
func (m *Matcher) ReadsLanguages() bool {
	return m.languages != nil || m.expr.any(func(n *node) bool {
		_, isLanguage := n.onFile.(*language)
		return isLanguage
	})
}

// With returns a copy of the matcher for files that have these attributes. A matcher that Compile
// returns is for files without attributes.
func (m *Matcher) With(a linguist.Attributes) *Matcher {
	with := *m
	with.attributes = &a
	return &with
}

// noAttributes are those of a file without attributes.
var noAttributes = new(linguist.Attributes)

// anyAttributes stands for attributes that are not known.
var anyAttributes = new(linguist.Attributes)

// WithAny returns a copy of the matcher whose MayMatchChange reports whether a change of a file can
// matter, whatever attributes the file has. Its other methods must not be used.
func (m *Matcher) WithAny() *Matcher {
	with := *m
	with.attributes = anyAttributes
	return &with
}

// Want returns what Match needs in order to match the file at path. Want and Match panic unless the
// matcher's Kind is query.Files.
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
	if m.languages != nil && m.languages.skips(path, m.attributes) {
		return Skip
	}
	return Content
}

// Match counts the matches in one file. It neither changes nor retains content, which may be nil
// unless Want(path) is Content.
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
	f := m.open(path, content)
	if m.expr == nil {
		return Counts{N: 1}
	}
	if only := m.expr.counted; only != nil && !m.whole && !m.byValue {
		// The expression is one pattern, perhaps with filters, so the count of the pattern also
		// says whether it is present.
		if f.binary || !f.filtersHold(m.expr) {
			return Counts{}
		}
		return Counts{N: only.finder.count(f.see(only), m.stop)}
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
		return Counts{N: active[0].finder.count(f.see(active[0]), m.stop)}
	}
	var all []span
	for _, p := range active {
		known := len(all)
		all = p.finder.ranges(f.see(p), all, m.stop)
		if !m.onPaths {
			p.form.origin(f.content, all[known:])
		}
	}
	return Counts{N: countApart(all)}
}

// open returns a file with its text.
func (m *Matcher) open(path string, content []byte) file {
	if m.onPaths {
		return file{m: m, path: path, content: []byte(path), text: content}
	}
	text, binary := Decode(content)
	return file{m: m, path: path, content: text, text: text, binary: binary}
}

// countApart counts the ranges that remain after overlaps are removed: of overlapping ranges, it
// keeps the leftmost, and of those that start together, the longest.
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

// PerRepository reports whether the query has select:repo. Then a commit counts 1 if anything in it
// matches and else 0, instead of the sum of the counts of its files; for queries about commits, an
// interval between sample times counts 1 if one of its commits matches.
func (m *Matcher) PerRepository() bool { return m.perRepo }

// PerFile reports whether the value of a commit is the sum of the values of its files. Then it can
// be computed from the value of another commit and the files that differ.
func (m *Matcher) PerFile() bool { return !m.perRepo && len(m.predicates) == 0 }

// ContentOnly reports whether files with equal content have equal counts, whatever their paths, if
// Want returns Content for them. If ContentOnly returns false, see Class.
func (m *Matcher) ContentOnly() bool { return len(m.varying) == 0 && m.languages == nil }

// Class returns a key for everything in a path that the result of Match depends on. Want must
// return Content for the path. Files with equal content and equal class have equal counts, even if
// their attributes differ, provided that each class comes from the matcher for the file's
// attributes (see With). The class is "" for all paths if ContentOnly.
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
		class = m.languages.classOf(class, path, m.attributes)
	}
	return string(class)
}

// selects reports whether files count as a whole.
func selects(q *query.Query) bool {
	return q.Type == query.TypePath || q.Select != query.SelectContent
}
