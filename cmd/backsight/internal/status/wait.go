package status

import (
	"context"
	"fmt"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/insights"
)

// Wait reads the tallies every firstInterval in the first firstRounds rounds, because a small
// backfill ends within two seconds, and then every waitInterval. In every stateEvery-th round it
// also asks the workflows.
const (
	firstInterval = 100 * time.Millisecond
	firstRounds   = 30
	waitInterval  = 300 * time.Millisecond
	stateEvery    = 7
)

// patience is how long the server, or a service that it needs, may be unavailable. `backsight up`
// restarts each of them within seconds.
const patience = time.Minute

// Wait shows the progress of an insight until the backfill of each of its series is complete and no
// sample is pending. It returns output.ErrReported when samples are partial or failed, and an error
// when a series has a problem or its workflow is stopping. It keeps waiting, with a message, while
// a series is paused, while no worker runs, and while the server is unavailable for less than a
// minute.
func Wait(ctx context.Context, s *output.Streams, client *remote.Client, id string) error {
	progress := output.NewProgress(s.Err)
	defer progress.End()
	ticker := time.NewTicker(firstInterval)
	defer ticker.Stop()
	said := ""
	answered := time.Now()
	for round := 1; ; round++ {
		if round == firstRounds {
			ticker.Reset(waitInterval)
		}
		askWorkflows := round%stateEvery == 0
		series, err := remote.FindSeries(ctx, client, id, askWorkflows)
		if insights.ErrorCode(err) == insights.Unavailable && time.Since(answered) < patience {
			if said != err.Error() {
				said = err.Error()
				progress.Say(said)
			}
			if err := nextTick(ctx, ticker); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		answered = time.Now()
		sum, rate, left, complete := total(series)
		progress.Show(sum, rate, left)
		if complete {
			progress.End()
			if n := sum.Partial + sum.Failed; n > 0 {
				fmt.Fprintf(s.Err, "%d of %s partial or failed: `backsight insight points %s --by-repo` lists them with the reasons\n",
					n, output.Count(sum.Planned, "sample is", "samples are"), id)
				return output.ErrReported
			}
			return nil
		}
		if askWorkflows {
			obstacle, err := findObstacle(ctx, client, series)
			if err != nil {
				return err
			}
			if obstacle != "" && obstacle != said {
				progress.Say(obstacle)
			}
			said = obstacle
		}
		if err := nextTick(ctx, ticker); err != nil {
			return err
		}
	}
}

// nextTick waits for the next tick. It returns ctx.Err() when ctx ends first.
func nextTick(ctx context.Context, ticker *time.Ticker) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-ticker.C:
		return nil
	}
}

// total adds up the series. The time left is that of the slowest series.
func total(series []remote.Series) (sum insights.Completeness, rate float64, left time.Duration, complete bool) {
	complete = true
	for _, one := range series {
		sum = sum.Plus(one.Completeness.Completeness())
		itsRate, itsLeft := speed(one.Completeness)
		rate += itsRate
		left = max(left, itsLeft)
		complete = complete && one.Status.BackfillCompletedAt != nil && one.Completeness.Pending == 0
	}
	return sum, rate, left, complete
}

// findObstacle returns why no progress may be possible at the moment, "" when it finds no obstacle,
// and an error when a series has a problem or is being stopped, or when the server cannot be asked.
func findObstacle(ctx context.Context, client *remote.Client, series []remote.Series) (string, error) {
	silent := false
	for _, one := range series {
		switch w := one.Workflow; {
		case w == nil:
			silent = true
		case w.Problem != nil:
			return "", insights.Errorf(insights.Conflict, "series %s has a problem: %s", one.SeriesId, w.Problem.Message)
		case w.State == remote.SeriesWorkflowStatePaused || w.State == remote.SeriesWorkflowStatePausing:
			return fmt.Sprintf("series %s is paused; `backsight series resume %s` resumes it", one.SeriesId, one.SeriesId), nil
		case w.State == remote.SeriesWorkflowStateStopping:
			return "", insights.Errorf(insights.Conflict, "series %s is being stopped before its backfill is complete: was it deleted? `backsight insight list` lists what exists", one.SeriesId)
		}
	}
	if !silent {
		return "", nil
	}
	answer, err := remote.Health(ctx, client)
	if err != nil || answer.Health.Message == nil {
		return "", err
	}
	return *answer.Health.Message, nil
}
