package engine

import (
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
)

// Group divides the samples of one repository, which must be newest first, into groups. One search
// judges the samples of a group together, because they have the same commit. A sample whose commit
// is not known is a group by itself; if `perInterval` is set, every sample is. Groups are in the
// order of their newest samples. The samples of one group are not always neighbours, because a
// branch can go back to an older commit.
func Group(samples []insights.Sample, perInterval bool) (groups [][]insights.Sample) {
	places := map[string]int{}
	for _, s := range samples {
		place, known := places[s.Commit]
		if perInterval || s.Commit == "" || !known {
			place = len(groups)
			places[s.Commit] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], s)
	}
	return groups
}

// Group calls the function Group with the PerInterval of the question.
func (q *Question) Group(samples []insights.Sample) [][]insights.Sample {
	return Group(samples, q.PerInterval())
}

// Together returns the group of the sample at the given time, or nil when no sample has that time.
// When the given time is nil, it returns all samples.
func Together(samples []insights.Sample, at *time.Time, perInterval bool) []insights.Sample {
	if at == nil {
		return samples
	}
	for _, g := range Group(samples, perInterval) {
		if slices.ContainsFunc(g, func(s insights.Sample) bool { return s.Time.Equal(*at) }) {
			return g
		}
	}
	return nil
}
