package insights

import (
	"strconv"
	"strings"
	"time"
)

// Unit is a calendar unit of a sample interval. Its values are those of Sourcegraph's time_unit.
type Unit string

// The units.
const (
	Hour  Unit = "HOUR"
	Day   Unit = "DAY"
	Week  Unit = "WEEK"
	Month Unit = "MONTH"
	Year  Unit = "YEAR"
)

var units = []Unit{Hour, Day, Week, Month, Year}

// Interval is the distance between two samples: Value units, Value ≥ 1.
type Interval struct {
	Unit  Unit `json:"unit"`
	Value int  `json:"value"`
}

// maxIntervalValue is the largest Value. Grid.Validate also checks the years that the sample times
// reach.
const maxIntervalValue = 1000

// Validate returns an Invalid error that names the accepted units or the accepted range.
func (i Interval) Validate() error {
	for _, u := range units {
		if i.Unit == u {
			if i.Value < 1 || i.Value > maxIntervalValue {
				return Errorf(Invalid, "interval %d %s: the value must be between 1 and %d", i.Value, strings.ToLower(string(i.Unit)), maxIntervalValue)
			}
			return nil
		}
	}
	return Errorf(Invalid, "interval unit %q: use hour, day, week, month or year", i.Unit)
}

// String returns the form that ParseInterval reads, for example "1month".
func (i Interval) String() string { return strconv.Itoa(i.Value) + strings.ToLower(string(i.Unit)) }

// Days returns the interval in days, rounded up. A month counts as 30 days and a year as 365. The
// result is stored in the column recording_interval_days, which Sourcegraph has too, for people who
// read the database. Nothing is computed from it.
func (i Interval) Days() int {
	switch i.Unit {
	case Hour:
		return (i.Value + 23) / 24
	case Week:
		return 7 * i.Value
	case Month:
		return 30 * i.Value
	case Year:
		return 365 * i.Value
	}
	return i.Value
}

// CoarserThanDay reports whether more than a day lies between two samples, so that a daily snapshot
// adds information.
func (i Interval) CoarserThanDay() bool {
	switch i.Unit {
	case Hour:
		return i.Value > 24
	case Day:
		return i.Value > 1
	}
	return true
}

// ParseInterval reads an interval such as "1month", "2 weeks", "day" or "12h": an optional whole
// number (default 1) and a unit in the singular, in the plural or as its first letter (m is month).
// It returns an Invalid error for any other text.
func ParseInterval(s string) (Interval, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	value := 1
	if digits > 0 {
		n, err := strconv.Atoi(text[:digits])
		if err != nil {
			return Interval{}, Errorf(Invalid, "interval %q: the number is out of range", s)
		}
		value = n
	}
	name := strings.TrimSpace(text[digits:])
	for _, u := range units {
		full := strings.ToLower(string(u))
		if name == full || name == full+"s" || name == full[:1] {
			i := Interval{Unit: u, Value: value}
			return i, i.Validate()
		}
	}
	return Interval{}, Errorf(Invalid, "interval %q: write a number and a unit, as in 1month, 2weeks, 1day or 12hours", s)
}

// shift returns t moved by n intervals in t's location. Months and years keep the day of the month
// of t if the target month has that day, and otherwise use the month's last day: 31 March minus one
// month is 28 or 29 February.
func (i Interval) shift(t time.Time, n int) time.Time {
	n *= i.Value
	switch {
	case n == 0:
		return t
	case i.Unit == Hour:
		return t.Add(time.Duration(n) * time.Hour)
	case i.Unit == Day:
		return onDay(t, addDays(t, n))
	case i.Unit == Week:
		return onDay(t, addDays(t, 7*n))
	case i.Unit == Year:
		return onDay(t, addMonths(t, 12*n))
	}
	return onDay(t, addMonths(t, n))
}

// A date is a day of the calendar, whether or not it exists in a time zone.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}

// midnight returns the start of the day in UTC, in which every day exists.
func (d date) midnight() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func addDays(t time.Time, n int) date { return dateOf(dateOf(t).midnight().AddDate(0, 0, n)) }

func addMonths(t time.Time, n int) date {
	d := dateOf(t)
	first := time.Date(d.year, d.month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return dateOf(first.AddDate(0, 0, min(d.day, last)-1))
}

// onDay returns the instant of a day at which clocks in t's location show the time of day of t. If
// a change of the clocks skips that time, the instant is off by the size of the change, usually an
// hour, but on the same day; if that is not possible, it is the first minute of the day, or the
// last.
//
// If the zone skips the whole day, as Pacific/Apia skipped 30 December 2011, onDay returns the
// instant at which the day after it begins or, for midnight, the minute before that instant, so
// that the results for different days are never equal.
func onDay(t time.Time, d date) time.Time {
	want := d.midnight()
	found := time.Date(d.year, d.month, d.day, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	side := dateOf(found).midnight().Compare(want)
	if side == 0 {
		return found
	}
	change, next := found.ZoneBounds()
	if side < 0 {
		change = next
	}
	before := change.Add(-time.Minute)
	switch {
	case dateOf(change) == d:
		return change
	case dateOf(before) == d, t.Hour() == 0 && t.Minute() == 0:
		return before
	}
	return change
}
