package activities

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// suspectsLast puts repositories with strikes behind the others, so that these are settled whatever comes.
func suspectsLast(batch [][]insights.Sample, strikes map[int64]store.Strike) {
	slices.SortStableFunc(batch, func(a, b []insights.Sample) int {
		return cmp.Compare(strikes[a[0].RepositoryID].Count, strikes[b[0].RepositoryID].Count)
	})
}

// tried settles the samples of one repository like repository, or quarantines it, and keeps account of its strikes.
func (j *job) tried(ctx context.Context, r store.Repository, samples []insights.Sample, strike store.Strike) error {
	id := samples[0].RepositoryID
	if strike.Count >= maxStrikes {
		return j.fail(ctx, r, samples, &repositoryError{insights.ReasonQuarantined, fmt.Errorf(
			"repository %s: its search went wrong %d times, at last so: %s; a retry tries it once more", cmp.Or(r.Name, fmt.Sprint(id)), strike.Count, strike.Reason)})
	}
	end, err := j.Trials.begin(ctx, j.out.seriesID, id, strike.Count > 0, j.pulse.tick)
	if err != nil {
		return err
	}
	defer end()
	j.suspect = strike.Count > 0
	j.pulse.ifStalled(func() {
		j.stalled(ctx, r)
		end() // it may never come to that itself
	})
	defer j.pulse.ifStalled(nil)
	if err := j.repository(ctx, r, samples); err != nil {
		return err
	}
	return j.cleared(ctx, id)
}

// cleared forgets the strikes of a suspect that got on, once what it found is written.
func (j *job) cleared(ctx context.Context, id int64) error {
	if !j.suspect {
		return nil
	}
	if err := j.out.flush(ctx); err != nil {
		return err
	}
	j.suspect = false
	return j.Store.Quarantine.ClearStrikes(ctx, j.out.seriesID, id)
}

// stalled counts a strike for a search that told of no progress for so long that it is given up. It may never return, so this runs
// beside it.
func (j *job) stalled(ctx context.Context, r store.Repository) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := j.Store.Quarantine.AddStrike(ctx, j.out.seriesID, r.ID, "the search stopped answering"); err != nil {
		logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name).Warn("a strike is not counted", "error", err)
	}
}
