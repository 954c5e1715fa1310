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

// maxIntervalValue bounds Value so that 1,000 points of any unit usually stay within the years that
// Go and Postgres can represent. Grid.Validate checks the years.
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

// Days returns the interval in days, rounded up. A month counts as 30 days and a year as 365. It is
// stored as Sourcegraph's recording_interval_days, for people who read the database; nothing is
// computed from it.
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
	switch i.Unit {
	case Hour:
		return t.Add(time.Duration(n) * time.Hour)
	case Day:
		return t.AddDate(0, 0, n)
	case Week:
		return t.AddDate(0, 0, 7*n)
	case Year:
		return addMonths(t, 12*n)
	}
	return addMonths(t, n)
}

func addMonths(t time.Time, n int) time.Time {
	year, month, day := t.Date()
	first := time.Date(year, month+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day, last)-1)
}
