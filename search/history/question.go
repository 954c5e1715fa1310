package history

import "github.com/backsight/backsight/search/match"

// question is what is asked of each file: what the query counts in it, and for each of its predicates whether it is a
// file that the predicate is about. Who asks is called a reader here: 0 is the query itself, 1+i its predicate i.
type question struct {
	matcher    *match.Matcher // nil: the predicates alone are asked
	predicates []*match.Predicate
	// changes, if not nil, asks for the files whose changes matter to a query for commits. Nobody else asks then.
	changes *match.Matcher
}

func ask(m *match.Matcher) *question { return &question{matcher: m, predicates: m.Predicates()} }

func (q *question) readers() int { return 1 + len(q.predicates) }

// want is what all readers together need to know of the file at path.
func (q *question) want(path string) match.Want {
	if q.changes != nil {
		if q.changes.MayMatchChange(path) {
			return match.Content
		}
		return match.Skip
	}
	want := match.Skip
	if q.matcher != nil {
		want = q.matcher.Want(path)
	}
	for _, p := range q.predicates {
		want = max(want, p.Want(path))
	}
	return want
}

// contentOnly reports whether files whose content is wanted count by it alone, wherever they are.
func (q *question) contentOnly() bool {
	return q.changes != nil || len(q.predicates) == 0 && q.matcher.ContentOnly()
}

// headDecides reports whether of a binary file the beginning counts like the whole.
func (q *question) headDecides() bool {
	return q.matcher == nil || q.matcher.ContentOnly() || q.matcher.ByLanguage()
}

// class is what counts take from a path whose content is wanted: files of equal content and class count equally.
func (q *question) class(path string) string {
	if len(q.predicates) == 0 {
		return q.matcher.Class(path)
	}
	class := make([]byte, 0, q.readers())
	for _, p := range q.predicates {
		class = append(class, '0'+byte(p.Want(path)))
	}
	if q.matcher == nil {
		return string(class)
	}
	want := q.matcher.Want(path)
	class = append(class, '0'+byte(want))
	if want == match.Content {
		class = append(class, q.matcher.Class(path)...)
	}
	return string(class)
}

// contentReaders are the readers that need the content of the file at path.
func (q *question) contentReaders(path string) (readers []int32) {
	if q.matcher != nil && q.matcher.Want(path) == match.Content {
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
func (q *question) pathDecides(path string) bool {
	if q.matcher != nil && q.matcher.Want(path) == match.Path {
		return true
	}
	for _, p := range q.predicates {
		if p.Want(path) == match.Path {
			return true
		}
	}
	return false
}

// verdict is what is known where a sweep stands.
type verdict struct {
	value int64
	void  bool   // a predicate does not hold, or nothing is known of the value: it and the values of captures are 0
	whose []bool // by reader: its faults leave the value a lower bound; nil when it is exact
}

// verdict tells the value, by the query and its predicates.
func (s *sweep) verdict() verdict {
	asked := s.graph.asked
	v := verdict{value: s.n}
	if asked.matcher == nil {
		v.value = 1
	} else if asked.matcher.PerRepository() {
		v.value = min(1, v.value)
	}
	inexact := asked.matcher != nil && s.unread[0] > 0
	open := false // whether a predicate cannot be told
	for i, p := range asked.predicates {
		switch {
		case s.met[i] == 0 && s.unread[1+i] > 0:
			open = true
		case (s.met[i] > 0) == p.Not:
			return verdict{void: true}
		}
	}
	if v.value == 0 {
		open = false // whatever the predicates say
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
