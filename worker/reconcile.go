package worker

import (
	"context"
	"errors"
	"time"

	"github.com/backsight/backsight/insights"
)

// reconcileEvery is the interval of reconcile: a series waits about as long for a workflow that the
// API could not start.
const reconcileEvery = 2 * time.Second

// reconcile starts and stops workflows so that they match the database. The API does the same right
// after its transaction, and reconcile does what the API missed. Idempotent.
func (r *runner) reconcile(ctx context.Context) error {
	starts, err := r.Store.Series.ToStart(ctx)
	if err != nil {
		return err
	}
	var failures []error
	for _, start := range starts {
		err := r.workflows.StartSeries(ctx, start.Series, title(start.Title, start.Label))
		if err == nil {
			err = r.Store.Series.MarkStarted(ctx, start.Series.ID)
		}
		failures = append(failures, err)
	}
	stops, err := r.Store.Series.ToStop(ctx)
	if err != nil {
		return errors.Join(append(failures, err)...)
	}
	for _, id := range stops {
		err := r.workflows.StopSeries(ctx, id)
		if err == nil {
			err = r.Store.Series.MarkStopped(ctx, id)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// title returns the name that a series has in the Temporal UI.
func title(view, label string) string {
	if label == "" || label == view {
		return view
	}
	return view + ": " + label
}

func retryable(err error) bool { return insights.ErrorCode(err).Retryable() }
