package insights

import (
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have no zone data
)

// The default and the largest number of points of a grid's backfill.
const (
	DefaultPoints = 12
	MaxPoints     = 1000
)

// Grid is the set of times at which a series is sampled. Time(k) for -Points < k ≤ 0 are the times
// that the backfill computes, and Time(k) for k > 0 are those of the recordings. All times are
// computed from Anchor, never from each other, so a step of one month from the 31st does not drift:
// February's sample is on the 28th or 29th, and March's is on the 31st again.
type Grid struct {
	// Anchor is the newest time of the backfill, a whole second.
	Anchor   time.Time `json:"anchor"`
	Interval Interval  `json:"interval"`
	// Points is the number of times in the backfill, Anchor included: 1 to MaxPoints.
	Points int `json:"points"`
	// Zone is the IANA name of the time zone in which calendar steps are taken. "" means UTC. Read
	// it with the function location.
	Zone string `json:"zone,omitempty"`
}

// NewGrid returns the grid of a series that is created at the given time. The anchor is this time,
// truncated to the second, in UTC. git's dates are whole seconds, so the newest point of the
// backfill contains every commit that was made before the series.
func NewGrid(now time.Time, interval Interval, points int) Grid {
	return Grid{Anchor: now.UTC().Truncate(time.Second), Interval: interval, Points: points}
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
	if _, err := location(g.Zone); err != nil {
		return err
	}
	// RFC 3339 has no years above 9999, and Postgres has no year 0.
	for _, k := range []int{-(g.Points - 1), 1} {
		if year := g.Time(k).Year(); year < 1 || year > 9999 {
			return Errorf(Invalid, "%d points every %s reach the year %d: use fewer points or a shorter interval", g.Points, g.Interval, year)
		}
	}
	return nil
}

// location returns the time zone with an IANA name, UTC for "", and Invalid for any other name. It
// also refuses names that Go reads but that are no zones: those of the machine's own zone (Local,
// localtime), placeholders (posixrules, Factory), and copies of zones for other clocks (posix/…,
// right/…).
func location(zone string) (*time.Location, error) {
	loc, err := time.LoadLocation(zone)
	other := zone == "Local" || zone == "localtime" || zone == "posixrules" || zone == "Factory" ||
		strings.HasPrefix(zone, "posix/") || strings.HasPrefix(zone, "right/")
	if err != nil || other {
		return nil, Errorf(Invalid, "time zone %q: use an IANA name such as Europe/Berlin", zone)
	}
	return loc, nil
}

// Time returns the time that is k intervals after the anchor, or before it if k is negative, in
// UTC. It costs O(1). Times increase strictly with k. With an interval of days or longer, each is
// at the anchor's time of day in the zone, if that exists on that day; see onDay.
//
// It panics if this machine does not know the zone, for example because Validate accepted the zone
// on a machine with newer zone data. Times in another zone would be wrong.
func (g Grid) Time(k int) time.Time {
	loc, err := location(g.Zone)
	if err != nil {
		panic(err)
	}
	return g.Interval.shift(g.Anchor.In(loc), k).UTC()
}

// Frames returns the sample times of the backfill, newest first, so that a chart that is still
// being filled shows recent times first.
func (g Grid) Frames() []time.Time { return g.times(0, g.Points) }

// OlderFrames returns the sample times that a backfill of the given number of points has and this
// grid lacks, newest first. It returns none if points ≤ g.Points. An extension of a series computes
// these times.
func (g Grid) OlderFrames(points int) []time.Time { return g.times(g.Points, points) }

func (g Grid) times(from, to int) []time.Time {
	var frames []time.Time
	for k := from; k < to; k++ {
		frames = append(frames, g.Time(-k))
	}
	return frames
}

// Next returns the first recording time after t: the smallest Time(k) with k ≥ 1 that is later than
// t. To plan recordings, callers must pass the last planned recording, or the anchor, and not the
// wall clock; otherwise recordings that were due during an outage would be skipped.
func (g Grid) Next(t time.Time) time.Time {
	// Time(k) increases with k, so doubling and bisection find the answer in O(log k).
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

// Previous returns the latest grid time before t: the largest Time(k), for any k, that is earlier
// than t. For a query about commits, the sample at t counts the commits since Previous(t).
func (g Grid) Previous(t time.Time) time.Time {
	// As in Next, but in both directions.
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

// Due returns the recording times with `last` < time <= `now`, oldest first, at most `limit` of
// them. After an outage several can be due. All of them can still be computed from git history, so
// the chart has no gaps.
func (g Grid) Due(last, now time.Time, limit int) []time.Time {
	var due []time.Time
	for t := g.Next(last); !t.After(now) && len(due) < limit; t = g.Next(t) {
		due = append(due, t)
	}
	return due
}
