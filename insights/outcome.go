package insights

import "fmt"

// Outcome says how a sample ended. The set is closed: a new outcome needs a constant here, a letter
// in the ledger (store/chunk.go and migrations/00004_samples.sql), a column in series_tallies and a
// value in the GraphQL schema.
type Outcome string

// The outcomes, and what the sample's value means.
const (
	// Pending: planned and not done. The value is unknown or, after a retry selected the sample,
	// the one from before.
	Pending Outcome = "pending"
	// Counted: the search at the sample's commit was complete. The value is exact.
	Counted Outcome = "counted"
	// Reused: another exact sample of the series has the same commit, so this one was not searched.
	// The value is exact.
	Reused Outcome = "reused"
	// Absent: the repository had no commit at that time. The value is exactly 0.
	Absent Outcome = "absent"
	// Partial: a limit, a time-out inside the search, or a missing or damaged git object made the
	// search incomplete. The value is a lower bound.
	Partial Outcome = "partial"
	// Failed: a permanent error occurred, every attempt failed, or an operator cancelled the
	// sample. The value is unknown.
	Failed Outcome = "failed"
)

// Outcomes lists all outcomes in the order in which they are displayed.
var Outcomes = []Outcome{Counted, Reused, Absent, Partial, Failed, Pending}

// Exact reports whether the sample's value is exact.
func (o Outcome) Exact() bool { return o == Counted || o == Reused || o == Absent }

// Done reports whether the sample has ended.
func (o Outcome) Done() bool { return o != Pending }

// Completeness is a tally of samples by outcome, for example of those of a series or a plan. Only
// new plans increase Planned, so the ratio of a part to Planned is meaningful at any time.
type Completeness struct {
	Planned int64 `json:"planned"`
	Counted int64 `json:"counted"`
	Reused  int64 `json:"reused"`
	Absent  int64 `json:"absent"`
	Partial int64 `json:"partial"`
	Failed  int64 `json:"failed"`
	Pending int64 `json:"pending"`
}

// Add counts n samples of outcome o, and adds them to Planned. It panics for an unknown outcome,
// which is a defect of the caller.
func (c *Completeness) Add(o Outcome, n int64) {
	*c.part(o) += n
	c.Planned += n
}

// Settle moves samples from Pending to the outcomes in done, and leaves Planned as it is. `done` is
// the tally of samples that were pending in c and have ended.
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

// Of returns the number of samples with the outcome o.
func (c Completeness) Of(o Outcome) int64 { return *c.part(o) }

// Done returns the number of samples that have ended.
func (c Completeness) Done() int64 { return c.Planned - c.Pending }

// Known returns the number of samples whose value is exact.
func (c Completeness) Known() int64 { return c.Counted + c.Reused + c.Absent }

// Percent returns the percentage of samples that have ended, rounded down. It is 100 only if no
// sample is pending, and 100 for an empty tally.
func (c Completeness) Percent() int {
	if c.Planned == 0 {
		return 100
	}
	return int(c.Done() * 100 / c.Planned)
}

// Check returns an error if the tally contradicts itself: the parts do not sum to Planned, or a
// part is negative.
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
