package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// maxInternalAttempts is the number of attempts after which an internal error, which is a defect of
// Backsight, is not retried any more. Errors with the code Unavailable are retried as long as the
// workflow's policy allows.
const maxInternalAttempts = 5

// activityError returns the error that an activity returns for err: an application error whose type
// is the insights.Code, and which is retryable if another attempt can succeed. For a cancelled
// activity it returns the error of ctx. No other place in this package maps errors to those of
// Temporal.
func activityError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if workerStops(ctx) {
		return temporal.NewApplicationError("the worker is stopping; another attempt continues the work", string(insights.Unavailable))
	}
	if ctx.Err() != nil {
		return ctx.Err() // cancelled: the SDK reports it as such
	}
	code := insights.ErrorCode(err)
	defect := code == insights.Internal && activity.GetInfo(ctx).Attempt >= maxInternalAttempts
	return temporal.NewApplicationErrorWithOptions(err.Error(), string(code), temporal.ApplicationErrorOptions{
		NonRetryable: !code.Retryable() || defect,
	})
}

func workerStops(ctx context.Context) bool {
	select {
	case <-activity.GetWorkerStopChannel(ctx):
		return true
	default:
		return false
	}
}

// untilWorkerStops returns a context that also ends when the worker begins to stop, so that the
// worker does not wait for a search that takes minutes. Callers must call done when the work has
// ended.
func untilWorkerStops(ctx context.Context) (work context.Context, done func()) {
	work, cancel := context.WithCancel(ctx)
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case <-activity.GetWorkerStopChannel(ctx):
			cancel()
		case <-work.Done():
		}
	}()
	return work, func() {
		cancel()
		<-watching
	}
}
