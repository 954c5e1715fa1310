package insights

import "time"

// Limits of a grid's backfill.
const (
	DefaultPoints = 12
	MaxPoints     = 1000
)

// Grid is the set of instants at which a series is sampled: Time(k) for k ≤ 0 is the past that a backfill
// computes, Time(k) for k > 0 the recordings to come. All of them are computed from Anchor, never from each other,
// so a month step from the 31st does not drift (February's sample is on the 28th or 29th, March's on the 31st
// again).
type Grid struct {
	// Anchor is the newest backfilled instant, on a whole minute.
	Anchor   time.Time `json:"anchor"`
	Interval Interval  `json:"interval"`
	// Points is how many instants the backfill covers, Anchor included: 1..MaxPoints.
	Points int `json:"points"`
	// Zone is the IANA name of the time zone in which calendar steps are taken; "" is UTC.
	Zone string `json:"zone,omitempty"`
}

// NewGrid returns the grid of a series created at now: anchored at the minute, UTC.
func NewGrid(now time.Time, interval Interval, points int) Grid {
	return Grid{Anchor: now.UTC().Truncate(time.Minute), Interval: interval, Points: points}
}

// Validate returns an Invalid error that says which part is wrong and what is accepted.
func (g Grid) Validate() error {
	if err := g.Interval.Validate(); err != nil {
		return err
	}
	if g.Points < 1 || g.Points > MaxPoints {
		return Errorf(Invalid, "points %d: must be between 1 and %d", g.Points, MaxPoints)
	}
	if g.Anchor.IsZero() {
		return Errorf(Invalid, "the grid has no anchor time")
	}
	if _, err := time.LoadLocation(g.Zone); err != nil {
		return Errorf(Invalid, "time zone %q: use an IANA name such as Europe/Berlin", g.Zone)
	}
	// Both Go's RFC 3339 and people's patience end at these years.
	for _, k := range []int{-(g.Points - 1), 1} {
		if year := g.Time(k).Year(); year < 1 || year > 9999 {
			return Errorf(Invalid, "%d points every %s reach the year %d: use fewer points or a shorter interval", g.Points, g.Interval, year)
		}
	}
	return nil
}

// Time returns the instant k intervals after the anchor (before it for negative k), in UTC. Costs O(1).
func (g Grid) Time(k int) time.Time {
	loc, err := time.LoadLocation(g.Zone)
	if err != nil {
		loc = time.UTC // Validate refuses such a grid; a stored one cannot become invalid by a missing zone file
	}
	return g.Interval.shift(g.Anchor.In(loc), k).UTC()
}

// Frames returns the backfill's sample times, newest first, because a person looking at a half-filled chart cares
// about now before 2019.
func (g Grid) Frames() []time.Time { return g.times(0, g.Points) }

// OlderFrames returns the sample times that a backfill of points instants has beyond this grid's, newest first; none
// when points ≤ g.Points. It is what extending a series has to compute.
func (g Grid) OlderFrames(points int) []time.Time { return g.times(g.Points, points) }

func (g Grid) times(from, to int) []time.Time {
	var frames []time.Time
	for k := from; k < to; k++ {
		frames = append(frames, g.Time(-k))
	}
	return frames
}

// Next returns the first recording time after t: the smallest Time(k), k ≥ 1, that is later than t. Pass the last
// planned recording (or the anchor), not the wall clock, so that nothing is skipped after an outage.
func (g Grid) Next(t time.Time) time.Time {
	// Time(k) is monotone in k, so the answer is found by doubling and bisection: O(log k).
	low, high := 0, 1
	for !g.Time(high).After(t) {
		low, high = high, high*2
	}
	for high-low > 1 {
		if mid := (low + high) / 2; g.Time(mid).After(t) {
			high = mid
		} else {
			low = mid
		}
	}
	return g.Time(high)
}

// Previous returns the grid time before t: the latest Time(k), whatever k, that is earlier. What happened since then is what
// a sample at t counts for a query about commits.
func (g Grid) Previous(t time.Time) time.Time {
	// As in Next, but into both directions.
	low, high := -1, 1
	for !g.Time(low).Before(t) {
		low *= 2
	}
	for g.Time(high).Before(t) {
		high *= 2
	}
	for high-low > 1 {
		if mid := (low + high) / 2; g.Time(mid).Before(t) {
			low = mid
		} else {
			high = mid
		}
	}
	return g.Time(low)
}

// Due returns the recordings that are due at now and come after last, oldest first, at most limit of them. After an
// outage it has more than one: history knows what a repository held at each of them, so a chart has no holes.
func (g Grid) Due(last, now time.Time, limit int) []time.Time {
	var due []time.Time
	for t := g.Next(last); !t.After(now) && len(due) < limit; t = g.Next(t) {
		due = append(due, t)
	}
	return due
}
