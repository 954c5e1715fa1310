package conformance

import (
	"math"
	"regexp"
	"slices"
	"time"
)

// expected is the right sample at a time.
type expected struct {
	time   int64 // seconds since 1970
	commit string
	answer answer
}

// absent is the answer at a time before the first commit, unless the fixture states another one.
var absent = answer{outcome: "absent"}

// far is a sample time after every commit with an ordinary date.
var far = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// maxSamples limits the number of commits whose dates are sample times, because each costs a
// process of git.
const maxSamples = 8

// sampleTimes returns the sample times of a fixture, oldest first: those that the fixture states,
// or else the dates of at most maxSamples commits, a second before the oldest of these dates, and
// `far`.
func (f fixture) sampleTimes(h *historyOf) (times []int64) {
	for _, text := range f.at {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			h.t.Fatalf("%s: %v", f.name, err)
		}
		times = append(times, when.Unix())
	}
	if len(times) > 0 {
		slices.Sort(times)
		return times
	}
	for _, date := range h.dates {
		if date > 0 && date < math.MaxInt32 {
			times = append(times, date)
		}
	}
	slices.Sort(times)
	times = slices.Compact(times)
	if n := len(times); n > maxSamples {
		chosen := make([]int64, maxSamples)
		for i := range chosen {
			chosen[i] = times[i*(n-1)/(maxSamples-1)]
		}
		times = chosen
	}
	if len(times) > 0 && times[0] > 1 {
		times = append([]int64{times[0] - 1}, times...)
	}
	return append(times, far)
}

var aboutCommits = regexp.MustCompile(`(?i)\btype:(commit|diff)\b`)

// samples returns the right samples of a check. The times must ascend.
func (x *built) samples(c check, times []int64) []expected {
	h := x.history
	first := absent
	if x.before.outcome != "" {
		first = x.before
	}
	list := make([]expected, len(times))
	before := -1
	for i, t := range times {
		list[i] = expected{time: t, answer: first}
		if len(h.commits) == 0 {
			list[i].answer = c.want.of(h, "")
			continue
		}
		place := h.at(t)
		if place < 0 {
			continue
		}
		list[i].commit = h.commits[place]
		if !aboutCommits.MatchString(c.query) {
			list[i].answer = c.want.of(h, h.commits[place])
			continue
		}
		list[i].answer = counted(0)
		for _, commit := range h.commits[min(before, place)+1 : place+1] {
			list[i].answer = list[i].answer.plus(c.want.of(h, commit))
		}
		before = max(before, place)
	}
	return list
}

// plus adds up the answers of two parts of a history.
func (a answer) plus(b answer) answer {
	a.value += b.value
	if b.outcome != "counted" {
		a.outcome, a.reason = b.outcome, b.reason
	}
	return a
}
