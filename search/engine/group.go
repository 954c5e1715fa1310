package engine

import (
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
)

// Group divides the samples of one repository, newest first, into those that one search judges
// together: samples at one commit or, for a question about commits, each sample by itself. Groups
// are in the order of their newest samples. The samples of one group are not always neighbours,
// because a branch can go back to an older commit.
func (q *Question) Group(samples []insights.Sample) [][]insights.Sample {
	return group(samples, q.PerInterval())
}

func group(samples []insights.Sample, perInterval bool) (groups [][]insights.Sample) {
	places := map[string]int{}
	for _, s := range samples {
		place, known := places[s.Commit]
		if perInterval || !known {
			place = len(groups)
			places[s.Commit] = place
			groups = append(groups, nil)
		}
		groups[place] = append(groups[place], s)
	}
	return groups
}

// Together returns the sample at the given time and those that are judged together with it. It
// returns none when no sample has that time. A sample whose commit is not known is judged alone. A
// nil time returns all samples.
func Together(samples []insights.Sample, at *time.Time, perInterval bool) []insights.Sample {
	if at == nil {
		return samples
	}
	for _, g := range group(samples, perInterval) {
		i := slices.IndexFunc(g, func(s insights.Sample) bool { return s.Time.Equal(*at) })
		if i >= 0 && g[i].Commit == "" {
			return g[i : i+1]
		} else if i >= 0 {
			return g
		}
	}
	return nil
}
