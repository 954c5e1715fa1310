package insights

import (
	"slices"
	"time"
)

// Selection says which samples of a series a retry takes up again. The zero Selection is what went wrong: the partial and
// failed ones. What is pending is somebody's work already and is never taken.
type Selection struct {
	Outcomes   []Outcome  `json:"outcomes,omitempty"`   // empty: partial and failed
	Time       *time.Time `json:"time,omitempty"`       // only this one
	Repository string     `json:"repository,omitempty"` // a regular expression of Postgres on the repository's name
}

// Everything selects all samples that have ended.
func Everything() Selection {
	return Selection{Outcomes: []Outcome{Counted, Reused, Absent, Partial, Failed}}
}

// All reports whether exact samples are selected too.
func (s Selection) All() bool { return slices.ContainsFunc(s.Outcomes, Outcome.Exact) }

// Equal reports whether two selections in normal form are the same.
func (s Selection) Equal(t Selection) bool {
	sameTime := s.Time == nil && t.Time == nil || s.Time != nil && t.Time != nil && s.Time.Equal(*t.Time)
	return sameTime && slices.Equal(s.Outcomes, t.Outcomes) && s.Repository == t.Repository
}

// Normal is the one way to write a selection, so that equal ones are equal as text. Invalid for an outcome that no sample
// ends in.
func (s Selection) Normal() (Selection, error) {
	outcomes := slices.Clone(s.Outcomes)
	if len(outcomes) == 0 {
		outcomes = []Outcome{Partial, Failed}
	}
	for _, o := range outcomes {
		if !o.Done() || !slices.Contains(Outcomes, o) {
			return s, Errorf(Invalid, "retry of %q samples: only those that have ended can be tried again: counted, reused, absent, partial or failed", o)
		}
	}
	slices.Sort(outcomes)
	s.Outcomes = slices.Compact(outcomes)
	if s.Time != nil {
		at := s.Time.UTC().Truncate(time.Microsecond) // as the database keeps it
		s.Time = &at
	}
	return s, nil
}
