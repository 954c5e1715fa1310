package history

import "github.com/backsight/backsight/search/match"

// A question is what a search evaluates for each file: what the query counts in the file and, for
// each predicate, whether the file meets it. The query and its predicates are called readers:
// reader 0 is the query itself, and reader 1+i is its predicate i.
type question struct {
	matcher    *match.Matcher // nil if only the predicates are evaluated
	predicates []*match.Predicate
	// `changes`, if not nil, chooses the files whose changes matter to a query on commits. Then
	// `matcher` is nil, and there are no predicates.
	changes *match.Matcher

	folders *match.Folders // set by prepare

	attributes *attributes // nil if counts do not depend on the languages of files
	// `open`, if not nil, chooses the files in place of `changes`: those whose changes can matter
	// if they have the right attributes, which a commit can change.
	open *match.Matcher
}

func ask(m *match.Matcher) *question {
	return &question{matcher: m, predicates: m.Predicates(), attributes: newAttributes(m)}
}

// askChanges returns the question of a query about commits.
func askChanges(m *match.Matcher) *question {
	q := &question{changes: m}
	if m.NeedsChanges() {
		q.attributes = newAttributes(m)
	}
	return q
}

// opened returns a question whose matcher also accepts the files that q's matcher rejects because
// of their attributes.
func (q *question) opened() *question {
	return &question{changes: q.changes, attributes: q.attributes, open: q.changes.WithAny()}
}

// as returns the matcher for files that have the attributes with this number. It returns nil if the
// query consists only of predicates.
func (q *question) as(attributes int32) *match.Matcher {
	if attributes != 0 {
		return q.attributes.matchers[attributes]
	}
	if q.changes != nil {
		return q.changes
	}
	return q.matcher
}

func (q *question) readers() int { return 1 + len(q.predicates) }

// prepare sets folders. Callers must call it before the methods alike and skip.
func (q *question) prepare() (err error) {
	m := q.matcher
	if q.changes != nil {
		m = q.changes
	}
	q.folders, err = match.NewFolders(m, q.predicates)
	return err
}

// alike returns a key that is equal for folders whose files are judged alike; see match.Folders.
func (q *question) alike(folder string) string { return q.folders.Key(folder) }

// skip reports whether no reader needs any file below a folder.
func (q *question) skip(folder string) bool { return q.folders.Skip(folder) }

// want returns what all readers together need in order to match the file at path.
func (q *question) want(path string, attributes int32) match.Want {
	if q.changes != nil {
		m := q.changes
		if q.open != nil {
			m = q.open
		}
		if m.MayMatchChange(path) {
			return match.Content
		}
		return match.Skip
	}
	want := match.Skip
	if q.matcher != nil {
		want = q.as(attributes).Want(path)
	}
	for _, p := range q.predicates {
		want = max(want, p.Want(path))
	}
	return want
}

// perRepository reports whether a commit counts at most 1.
func (q *question) perRepository() bool { return q.matcher == nil || q.matcher.PerRepository() }

// contentOnly reports whether the counts of files whose content is wanted depend on the content
// alone, not on the path.
func (q *question) contentOnly() bool {
	return q.changes != nil || len(q.predicates) == 0 && q.matcher.ContentOnly()
}

// class returns a key of a path whose content is wanted, and of its attributes: files with equal
// content and equal keys have equal counts.
func (q *question) class(path string, attributes int32) string {
	if len(q.predicates) == 0 {
		return q.as(attributes).Class(path)
	}
	class := make([]byte, 0, q.readers())
	for _, p := range q.predicates {
		class = append(class, '0'+byte(p.Want(path)))
	}
	if q.matcher == nil {
		return string(class)
	}
	want := q.as(attributes).Want(path)
	class = append(class, '0'+byte(want))
	if want == match.Content {
		class = append(class, q.as(attributes).Class(path)...)
	}
	return string(class)
}

// contentReaders returns the readers that need the content of the file at path.
func (q *question) contentReaders(path string, attributes int32) (readers []int32) {
	if q.matcher != nil && q.as(attributes).Want(path) == match.Content {
		readers = append(readers, 0)
	}
	for i, p := range q.predicates {
		if p.Want(path) == match.Content {
			readers = append(readers, int32(1+i))
		}
	}
	return readers
}

// pathDecides reports whether the path alone decides for one of the readers.
func (q *question) pathDecides(path string, attributes int32) bool {
	if q.matcher != nil && q.as(attributes).Want(path) == match.Path {
		return true
	}
	for _, p := range q.predicates {
		if p.Want(path) == match.Path {
			return true
		}
	}
	return false
}

// A verdict is what is known about the sweep's current commit.
type verdict struct {
	value int64
	// A predicate does not hold, or cannot be decided because of a fault. Then the value is 0, and
	// there are no captured values.
	void bool
	// by reader: whether objects that it could not read make the value a lower bound; nil if the
	// value is exact
	whose []bool
}

// verdict returns the value according to the query and its predicates.
func (s *sweep) verdict() verdict {
	asked := s.graph.asked
	v := verdict{value: s.n}
	if s.limit != nil {
		v.value = min(s.limit.value.at(s.node), MaxValue) // n may have overflowed
	}
	if asked.matcher == nil {
		v.value = 1
	} else if asked.matcher.PerRepository() {
		v.value = min(1, v.value)
	}
	inexact := asked.matcher != nil && s.unread[0] > 0
	open := false // whether some predicate cannot be decided
	for i, p := range asked.predicates {
		switch {
		case s.met[i] == 0 && s.unread[1+i] > 0:
			open = true
		case (s.met[i] > 0) == p.Not:
			return verdict{void: true}
		}
	}
	if v.value == 0 {
		open = false // the predicates do not matter
	}
	if !open && !inexact {
		return v
	}
	v.whose = make([]bool, asked.readers())
	v.whose[0] = inexact
	if open {
		v.value, v.void = 0, true
		for i := range asked.predicates {
			v.whose[1+i] = s.met[i] == 0 && s.unread[1+i] > 0
		}
	}
	return v
}
