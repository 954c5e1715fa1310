package insights

import (
	"slices"
	"time"
)

// Selection says which samples of a series a retry computes again. The zero Selection selects the
// partial and failed samples. Pending samples are never selected, because another plan already
// works on them, nor are samples of removed repositories.
type Selection struct {
	Outcomes   []Outcome  `json:"outcomes,omitempty"`   // empty: partial and failed
	Time       *time.Time `json:"time,omitempty"`       // if set, only samples at this time
	Repository string     `json:"repository,omitempty"` // see NamePattern; "": every one
}

// Everything returns a selection of all samples that have ended.
func Everything() Selection {
	return Selection{Outcomes: []Outcome{Counted, Reused, Absent, Partial, Failed}}
}

// All reports whether the selection includes exact samples.
func (s Selection) All() bool { return slices.ContainsFunc(s.Outcomes, Outcome.Exact) }

// Equal reports whether two selections in normal form are equal.
func (s Selection) Equal(t Selection) bool {
	sameTime := s.Time == nil && t.Time == nil || s.Time != nil && t.Time != nil && s.Time.Equal(*t.Time)
	return sameTime && slices.Equal(s.Outcomes, t.Outcomes) && s.Repository == t.Repository
}

// Normal returns the selection in normal form, in which equal selections have equal JSON. It
// returns an Invalid error for the outcome Pending and for unknown outcomes.
func (s Selection) Normal() (Selection, error) {
	outcomes := slices.Clone(s.Outcomes)
	if len(outcomes) == 0 {
		outcomes = []Outcome{Partial, Failed}
	}
	for _, o := range outcomes {
		if !o.Done() || !slices.Contains(Outcomes, o) {
			return s, Errorf(Invalid, "retry of %q samples: only samples that have ended can be retried: counted, reused, absent, partial or failed", o)
		}
	}
	slices.Sort(outcomes)
	s.Outcomes = slices.Compact(outcomes)
	if s.Time != nil {
		at := s.Time.UTC().Truncate(time.Microsecond) // the precision of the database
		s.Time = &at
	}
	return s, nil
}
