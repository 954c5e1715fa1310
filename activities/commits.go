package activities

import (
	"context"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/query"
)

// perInterval reports whether the query is about commits. Its values belong to the interval since the grid time before, not to
// a commit: two samples at one commit do not have one value.
func (q question) perInterval() bool { return q.query.Kind() != query.Files }

// perInterval is question.perInterval of a series; false for one whose query cannot be read, which fails all the same.
func perInterval(series insights.Series) bool {
	q, err := query.Parse(series.Query)
	return err == nil && q.Kind() != query.Files
}

// groupSamples groups the samples of one repository by what settles them together.
func groupSamples(samples []insights.Sample, perInterval bool) []group {
	if !perInterval {
		return chunkByCommit(samples)
	}
	groups := make([]group, len(samples))
	for i, s := range samples {
		groups[i] = group{commit: s.Commit, samples: samples[i : i+1]}
	}
	return groups
}

// countCommits counts what happened in the intervals that the groups end, in their order. All that share a first-parent chain
// are searched together; where history was rewritten since they were planned, there are several.
func (j *job) countCommits(ctx context.Context, groups []group, request history.CommitRequest, yield func(history.Result) error) error {
	oldest := groups[len(groups)-1].samples[0].Time
	var total history.Stats
	defer func() { *request.Stats = total }()
	for rest := groups; len(rest) > 0; {
		chain, err := request.Repo.FirstParentsSince(ctx, gitrepo.OID(rest[0].commit), j.grid.Previous(oldest))
		if err != nil {
			return ofRepository(ctx, insights.ReasonUnreadable, err)
		}
		part, stats := request, history.Stats{}
		part.Chain, part.Stats = chain, &stats
		for _, g := range rest {
			at := g.samples[0].Time
			interval, ok := history.Between(chain, j.grid.Previous(at), at)
			if !ok || chain[interval.First].ID != gitrepo.OID(g.commit) {
				break
			}
			part.Intervals = append(part.Intervals, interval)
		}
		if len(part.Intervals) == 0 {
			return insights.Errorf(insights.Internal, "repository %s: commit %s is younger than its sample", request.Repo.Dir(), rest[0].commit)
		}
		err = history.SearchCommits(ctx, part, yield)
		total.Add(stats)
		if err != nil {
			return err
		}
		rest = rest[len(part.Intervals):]
	}
	return nil
}
