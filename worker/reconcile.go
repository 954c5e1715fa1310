package worker

import (
	"context"
	"errors"
	"time"

	"github.com/backsight/backsight/insights"
)

// reconcileEvery is how long a series waits at most whose workflow the API could not start.
const reconcileEvery = 2 * time.Second

// reconcile starts and stops the workflows that the database says should be. The API does the same right after its
// transaction; whatever it missed is done here. Both are idempotent.
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

// title is what people see of a series in the Temporal UI.
func title(view, label string) string {
	if label == "" || label == view {
		return view
	}
	return view + ": " + label
}

func retryable(err error) bool { return insights.ErrorCode(err).Retryable() }
