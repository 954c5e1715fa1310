package main

import (
	"context"
	"fmt"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/cmd/backsight/internal/render"
	"github.com/backsight/backsight/insights"
)

// How often the ledger is asked, and every how many times also what the workflows do. A small backfill is over within two
// seconds, so the first rounds are quick.
const (
	firstInterval = 100 * time.Millisecond
	firstRounds   = 30
	waitInterval  = 300 * time.Millisecond
	stateEvery    = 7
)

// patience is how long the server, or a part behind it, may be away: everything is started again within seconds.
const patience = time.Minute

// wait shows an insight's progress until the backfill of every series has ended. It returns errIncomplete when samples
// are partial or failed, and an error when a series cannot be planned. A pause, a missing worker or a server that is
// away for less than a minute is told, and waited through.
func wait(ctx context.Context, s *streams, c *remote.Client, id string) error {
	progress := render.NewProgress(s.Err)
	defer progress.End()
	ticker := time.NewTicker(firstInterval)
	defer ticker.Stop()
	said := ""
	answered := time.Now()
	for round := 1; ; round++ {
		if round == firstRounds {
			ticker.Reset(waitInterval)
		}
		fields := seriesFields
		if round%stateEvery == 0 {
			fields += " " + workflowFields
		}
		series, err := resolveSeries(ctx, c, id, fields)
		if insights.ErrorCode(err) == insights.Unavailable && time.Since(answered) < patience {
			if said != err.Error() {
				said = err.Error()
				progress.Say(said)
			}
			if err := pause(ctx, ticker); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		answered = time.Now()
		sum, rate, eta, complete := progressOf(series)
		progress.Show(sum, rate, eta)
		if complete {
			progress.End()
			if n := sum.Partial + sum.Failed; n > 0 {
				fmt.Fprintf(s.Err, "%d of %d samples are partial or failed: `backsight insight points %s --by-repo` shows which and why\n", n, sum.Planned, id)
				return errIncomplete
			}
			return nil
		}
		if round%stateEvery == 0 {
			obstacle, err := obstacleOf(ctx, c, series)
			if err != nil {
				return err
			}
			if obstacle != "" && obstacle != said {
				progress.Say(obstacle)
			}
			said = obstacle
		}
		if err := pause(ctx, ticker); err != nil {
			return err
		}
	}
}

// pause waits for the next tick, or returns why it does not.
func pause(ctx context.Context, ticker *time.Ticker) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-ticker.C:
		return nil
	}
}

// progressOf adds up series. The time left is that of the slowest one.
func progressOf(series []seriesRef) (sum insights.Completeness, rate float64, eta time.Duration, complete bool) {
	complete = true
	for _, one := range series {
		sum = sum.Plus(one.Completeness.Completeness)
		if one.Completeness.Rate != nil && one.Completeness.ETASeconds != nil {
			rate += *one.Completeness.Rate
			eta = max(eta, time.Duration(*one.Completeness.ETASeconds*float64(time.Second)))
		}
		complete = complete && one.Status.BackfillCompletedAt != nil && one.Completeness.Pending == 0
	}
	return sum, rate, eta, complete
}

// obstacleOf says why nothing may be moving; an error when it never will.
func obstacleOf(ctx context.Context, c *remote.Client, series []seriesRef) (string, error) {
	silent := false
	for _, one := range series {
		switch w := one.Workflow; {
		case w == nil:
			silent = true
		case w.Problem != nil:
			return "", insights.Errorf(insights.Conflict, "series %s cannot be planned: %s", one.ID, w.Problem.Message)
		case w.State == "PAUSED" || w.State == "PAUSING":
			return fmt.Sprintf("series %s is paused; `backsight series resume %s` lets it go on", one.ID, one.ID), nil
		case w.State == "CANCELLED":
			return "", insights.Errorf(insights.Conflict, "series %s was cancelled", one.ID)
		}
	}
	if !silent {
		return "", nil
	}
	var answer struct {
		Health struct {
			Message *string `json:"message"`
		} `json:"health"`
	}
	if err := c.Do(ctx, `{ health { message } }`, nil, &answer); err != nil {
		return "", err
	}
	if answer.Health.Message == nil {
		return "", nil
	}
	return *answer.Health.Message, nil
}
