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

// maxStrikes is the number of strikes after which a repository is quarantined for a series. A
// repository gets a strike when the worker crashes during its search, or when its search stops
// reporting progress. A search that completes, or writes a sample, clears the strikes.
const maxStrikes = 3

// suspectsLast moves repositories with strikes behind the others, so that the samples of the others
// are written even if the worker crashes.
func suspectsLast(batch [][]insights.Sample, strikes map[int64]store.Strike) {
	slices.SortStableFunc(batch, func(a, b []insights.Sample) int {
		return cmp.Compare(strikes[a[0].RepositoryID].Count, strikes[b[0].RepositoryID].Count)
	})
}

// guarded calls the method repository for the samples of one repository and maintains the strikes
// of that repository. It fails the samples of a quarantined repository without a search.
func (j *job) guarded(ctx context.Context, r store.Repository, samples []insights.Sample, strike store.Strike) error {
	id := samples[0].RepositoryID
	if strike.Count >= maxStrikes {
		return j.fail(ctx, r, samples, insights.ReasonQuarantined, fmt.Sprintf(
			"repository %s: its search crashed its worker or stopped answering %d times in a row, the last time because %s; a retry searches it again", cmp.Or(r.Name, fmt.Sprint(id)), strike.Count, strike.Reason))
	}
	end, err := j.Journal.begin(ctx, j.out.seriesID, id, strike.Count > 0, j.heartbeat.tick)
	if err != nil {
		return err
	}
	defer end()
	j.suspect = strike.Count > 0
	j.heartbeat.ifStalled(func() {
		j.stalled(ctx, r)
		end() // the method repository may never return
	})
	defer j.heartbeat.ifStalled(nil)
	if err := j.repository(ctx, r, samples); err != nil {
		return err
	}
	return j.cleared(ctx, id)
}

// cleared writes what the search of a suspect has found and deletes the suspect's strikes, because
// the search makes progress. It does nothing for other repositories.
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

// stalled counts a strike for a search that has stopped reporting progress. It runs in another
// goroutine than the search, which may never return.
func (j *job) stalled(ctx context.Context, r store.Repository) {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := j.Store.Quarantine.AddStrike(ctx, j.out.seriesID, r.ID, "the search stopped reporting progress"); err != nil {
		logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name).Warn("strike was not stored", "error", err)
	}
}
