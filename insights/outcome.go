package insights

import "fmt"

// Outcome is how a sample ended. The set is closed: a new way to end needs a new name here, in the database's
// check constraint and in the schema of the API.
type Outcome string

// The outcomes, and what the sample's value means.
const (
	// Pending: planned and not done. Value unknown.
	Pending Outcome = "pending"
	// Counted: searched completely at the sample's commit. Value exact.
	Counted Outcome = "counted"
	// Reused: the same commit as a counted sample of the series; not searched again. Value exact.
	Reused Outcome = "reused"
	// Absent: the repository had no commit at that time. Value exactly 0.
	Absent Outcome = "absent"
	// Partial: a limit, a time-out inside the search or a missing git object. Value is a lower bound.
	Partial Outcome = "partial"
	// Failed: a permanent error, or retries used up. Value unknown.
	Failed Outcome = "failed"
)

// Outcomes lists all outcomes in the order in which people read them.
var Outcomes = []Outcome{Counted, Reused, Absent, Partial, Failed, Pending}

// Exact reports whether the sample's value is the truth.
func (o Outcome) Exact() bool { return o == Counted || o == Reused || o == Absent }

// Done reports whether the sample has ended.
func (o Outcome) Done() bool { return o != Pending }

// Completeness is the tally of a plan's samples by outcome. Planned is fixed by the plan, so a ratio of the parts to it
// is meaningful at every moment.
type Completeness struct {
	Planned int64 `json:"planned"`
	Counted int64 `json:"counted"`
	Reused  int64 `json:"reused"`
	Absent  int64 `json:"absent"`
	Partial int64 `json:"partial"`
	Failed  int64 `json:"failed"`
	Pending int64 `json:"pending"`
}

// Add counts n samples of outcome o, in Planned too. An unknown outcome is a defect of ours and panics.
func (c *Completeness) Add(o Outcome, n int64) {
	*c.part(o) += n
	c.Planned += n
}

// Settle moves the samples that done counts from pending to their outcomes; Planned stays. done is the tally of
// samples that were pending in c and have ended.
func (c *Completeness) Settle(done Completeness) {
	for _, o := range Outcomes {
		if o == Pending {
			continue
		}
		n := *done.part(o)
		*c.part(o) += n
		c.Pending -= n
	}
}

// Plus returns the sum of two tallies.
func (c Completeness) Plus(d Completeness) Completeness {
	for _, o := range Outcomes {
		c.Add(o, *d.part(o))
	}
	return c
}

// Of returns the number of samples that ended in o.
func (c Completeness) Of(o Outcome) int64 { return *c.part(o) }

// Done is the number of samples that have ended.
func (c Completeness) Done() int64 { return c.Planned - c.Pending }

// Known is the number of samples whose value is exact.
func (c Completeness) Known() int64 { return c.Counted + c.Reused + c.Absent }

// Percent is the share of samples that have ended, rounded down, 100 only when none is pending; 100 for an empty plan.
func (c Completeness) Percent() int {
	if c.Planned == 0 {
		return 100
	}
	return int(c.Done() * 100 / c.Planned)
}

// Check returns an error when the tally contradicts itself: parts that do not sum to Planned, or a negative part.
func (c Completeness) Check() error {
	var sum int64
	for _, o := range Outcomes {
		n := *c.part(o)
		if n < 0 {
			return fmt.Errorf("completeness: %s is %d", o, n)
		}
		sum += n
	}
	if sum != c.Planned {
		return fmt.Errorf("completeness: %d planned, but the outcomes sum to %d", c.Planned, sum)
	}
	return nil
}

func (c *Completeness) part(o Outcome) *int64 {
	switch o {
	case Counted:
		return &c.Counted
	case Reused:
		return &c.Reused
	case Absent:
		return &c.Absent
	case Partial:
		return &c.Partial
	case Failed:
		return &c.Failed
	case Pending:
		return &c.Pending
	}
	panic("insights: unknown outcome " + string(o))
}
