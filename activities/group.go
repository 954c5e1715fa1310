package activities

import (
	"time"

	"github.com/backsight/backsight/insights"
)

// group is the samples of one repository at one commit, newest first. One search settles all of them.
type group struct {
	commit  string // "": no commit at those times
	samples []insights.Sample
}

func (g group) has(at time.Time) bool {
	for _, s := range g.samples {
		if s.Time.Equal(at) {
			return true
		}
	}
	return false
}

// chunkByCommit groups samples by commit, in the order of each group's newest sample. Equal commits are not always
// neighbours: a branch can go back to an older state.
func chunkByCommit(samples []insights.Sample) []group {
	var groups []group
	places := map[string]int{}
	for _, s := range samples {
		place, ok := places[s.Commit]
		if !ok {
			place = len(groups)
			places[s.Commit] = place
			groups = append(groups, group{commit: s.Commit})
		}
		groups[place].samples = append(groups[place].samples, s)
	}
	return groups
}

// atTime returns the samples of one repository that are settled together with the one at a time: those at its commit, or
// only that one while its commit is not known, or where values belong to intervals. nil is every time.
func atTime(samples []insights.Sample, at *time.Time, perInterval bool) []insights.Sample {
	if at == nil {
		return samples
	}
	for _, g := range groupSamples(samples, perInterval) {
		if !g.has(*at) {
			continue
		}
		if g.commit != "" {
			return g.samples
		}
		for i, s := range g.samples {
			if s.Time.Equal(*at) {
				return g.samples[i : i+1]
			}
		}
	}
	return nil
}

// failed returns copies of the samples that ended as failed.
func failed(samples []insights.Sample, code insights.ReasonCode, reason string) []insights.Sample {
	list := make([]insights.Sample, len(samples))
	for i, s := range samples {
		s.Outcome, s.Code, s.Reason = insights.Failed, code, reason
		list[i] = s
	}
	return list
}
