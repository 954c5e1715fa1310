package workflows

import (
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/machine"
)

// whileUnavailable calls the function try until try returns no error, or an error that is not
// caused by infrastructure (a database, a disk, a worker that stopped). Between two calls,
// whileUnavailable waits with timers of ctx, so an outage never delays a pause. When the history
// has grown long, whileUnavailable returns an error even if infrastructure has caused it. When ctx
// is cancelled, it returns the error of ctx.
func whileUnavailable(ctx workflow.Context, try func() error) error {
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := try()
		if !isUnavailable(err) || workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return err
		}
		if err := sleep(ctx, wait, "infrastructure is unavailable: "+insights.Truncate(err.Error(), 300)); err != nil {
			return err
		}
	}
}

// isUnavailable reports whether infrastructure caused err. Such an error is expected to end without
// a change of Backsight or of its input.
func isUnavailable(err error) bool {
	application, ok := errors.AsType[*temporal.ApplicationError](err)
	return ok && insights.Code(application.Type()) == insights.Unavailable
}

// isInterruption reports whether ctx is cancelled, or err says that an activity or a child was
// cancelled.
func isInterruption(ctx workflow.Context, err error) bool {
	return ctx.Err() != nil || temporal.IsCanceledError(err)
}

// sleep waits. The Temporal UI shows summary at the timer. It returns the error of a cancelled ctx.
func sleep(ctx workflow.Context, d time.Duration, summary string) error {
	return workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: summary}).Get(ctx, nil)
}

// failureOf returns an activity's error without the SDK's wrapping.
func failureOf(err error) machine.Failure {
	f := machine.Failure{Code: insights.Internal, Message: err.Error()}
	if application, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		f.Message = application.Message()
		if application.Type() != "" {
			f.Code = insights.Code(application.Type())
		}
	}
	return f
}

// failRange ends the pending samples of a range as failed because of cause, and returns the tally
// of the range.
func failRange(ctx workflow.Context, samples activities.Range, cause error) (after insights.Completeness, err error) {
	code, reason := explain(cause)
	return call[insights.Completeness](ledger(ctx, "give up: "+string(code)), points.Fail, activities.FailInput{Range: samples, Code: code, Reason: reason})
}

// explain turns the error of a child or an activity into a reason that people can group by and
// read. A nil cause means that an operator cancelled the child.
func explain(cause error) (code insights.ReasonCode, reason string) {
	if cause == nil || temporal.IsCanceledError(cause) {
		return insights.ReasonCancelled, "an operator cancelled the workflow of this sample"
	}
	if _, ok := errors.AsType[*temporal.TerminatedError](cause); ok {
		return insights.ReasonTerminated, "an operator terminated the workflow of this sample"
	}
	if timeout, ok := errors.AsType[*temporal.TimeoutError](cause); ok {
		if timeout.TimeoutType() == enumspb.TIMEOUT_TYPE_HEARTBEAT {
			return insights.ReasonTimeout, "the search stopped sending heartbeats, or its worker crashed, and this was the last attempt"
		}
		return insights.ReasonTimeout, "the search took too long, and this was the last attempt"
	}
	if panicked, ok := errors.AsType[*temporal.PanicError](cause); ok {
		return insights.ReasonPanic, "the search crashed: " + panicked.Error()
	}
	if application, ok := errors.AsType[*temporal.ApplicationError](cause); ok && application.Type() != "" {
		return insights.ReasonCode(application.Type()), application.Message()
	}
	return insights.ReasonCode(insights.Internal), cause.Error()
}
