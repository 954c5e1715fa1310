package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/backsight/backsight/insights"
)

// maxDefects is after how many attempts an internal error, which is a defect of ours, is no longer tried again by itself:
// it would be for ever. What is unavailable is tried as long as the workflow wants.
const maxDefects = 5

// outcome is what an activity returns for err: an application error whose type is the insights.Code and which is
// retryable where another attempt can help. It is the one place where errors are mapped to Temporal's.
func outcome(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if workerStops(ctx) {
		return temporal.NewApplicationError("the worker is stopping; another one goes on", string(insights.Unavailable))
	}
	if ctx.Err() != nil {
		return ctx.Err() // told to stop: the SDK reports it as cancelled
	}
	code := insights.ErrorCode(err)
	defect := code == insights.Internal && activity.GetInfo(ctx).Attempt >= maxDefects
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

// untilWorkerStops returns a context that also ends when the worker begins to stop, so that it does not have to
// wait for a search of minutes. The caller calls done when it has ended.
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
