package workflows

import (
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// untilAnswered calls try until it ends otherwise than for want of infrastructure (a database, a disk, a worker that
// stopped). The waits between two tries are timers of ctx, so a pause is never blocked by an outage.
func untilAnswered(ctx workflow.Context, try func() error) error {
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := try()
		if !isInfrastructure(err) || workflow.GetInfo(ctx).GetContinueAsNewSuggested() {
			return err
		}
		if err := sleep(ctx, wait, "infrastructure is away: "+contract.Truncate(err.Error(), 300)); err != nil {
			return err
		}
	}
}

// isInfrastructure reports whether err is nobody's fault and passes by itself.
func isInfrastructure(err error) bool {
	var application *temporal.ApplicationError
	return errors.As(err, &application) && insights.Code(application.Type()) == insights.Unavailable
}

// sleep waits; summary is what the Temporal UI shows at the timer. The error is that of a cancelled ctx.
func sleep(ctx workflow.Context, d time.Duration, summary string) error {
	return workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: summary}).Get(ctx, nil)
}

// failRange ends what is pending in a range as failed because of cause, and returns the tally of the range.
func failRange(ctx workflow.Context, samples activities.Range, cause error) (after insights.Completeness, err error) {
	code, reason := explain(cause)
	in := activities.FailInput{Range: samples, Code: code, Reason: reason}
	err = workflow.ExecuteActivity(ledger(ctx, "give up: "+string(code)), points.Fail, in).Get(ctx, &after)
	return after, err
}

// explain turns what a child or an activity ended with into a reason that people can group by and read. A nil cause is
// a child that somebody cancelled.
func explain(cause error) (code insights.ReasonCode, reason string) {
	var (
		timeout     *temporal.TimeoutError
		panicked    *temporal.PanicError
		terminated  *temporal.TerminatedError
		application *temporal.ApplicationError
	)
	switch {
	case cause == nil || temporal.IsCanceledError(cause):
		return "cancelled", "its workflow was cancelled by an operator"
	case errors.As(cause, &terminated):
		return "terminated", "its workflow was terminated by an operator"
	case errors.As(cause, &timeout):
		if timeout.TimeoutType() == enumspb.TIMEOUT_TYPE_HEARTBEAT {
			return "timeout", "the search stopped answering, or its worker died, again and again"
		}
		return "timeout", "the search took too long, again and again"
	case errors.As(cause, &panicked):
		return "panic", "the search crashed: " + panicked.Error()
	case errors.As(cause, &application) && application.Type() != "":
		return insights.ReasonCode(application.Type()), application.Message()
	}
	return insights.ReasonCode(insights.Internal), cause.Error()
}
