package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// listen registers every query, update and signal of a series. It must run before anything can
// block.
func (r *runner) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, contract.QueryCompleteness,
		func() (insights.Completeness, error) { return r.m.State.Tally, nil },
		workflow.QueryHandlerOptions{Description: "the series' samples by outcome"}); err != nil {
		return err
	}
	if err := workflow.SetQueryHandlerWithOptions(ctx, contract.QueryStatus,
		func() (contract.Status, error) { return r.m.Status(r.inFlight), nil },
		workflow.QueryHandlerOptions{Description: "what the series is doing"}); err != nil {
		return err
	}
	for _, message := range contract.Messages {
		if err := workflow.SetUpdateHandlerWithOptions(ctx, message.Name, func(ctx workflow.Context, c contract.Command) (contract.Status, error) {
			r.apply(ctx, message.Name, c)
			return r.m.Status(r.inFlight), nil
		}, workflow.UpdateHandlerOptions{
			Description: message.Description,
			Validator: func(ctx workflow.Context, c contract.Command) error {
				return refusal(r.m.Check(message.Name, c, workflow.Now(ctx)))
			},
		}); err != nil {
			return err
		}
		channel := workflow.GetSignalChannelWithOptions(ctx, message.Name, workflow.SignalChannelOptions{Description: message.Description})
		// This coroutine must not block in Receive. The SDK hands a new signal to a blocked Receive
		// at once, and if the run ended in the same workflow task, the next run would not get it.
		workflow.GoNamed(ctx, "signal "+message.Name, func(ctx workflow.Context) {
			for workflow.Await(ctx, func() bool { return channel.Len() > 0 }) == nil {
				r.readSignals(ctx)
			}
		})
	}
	return nil
}

// readSignals applies the signals that were delivered and not read. It does not block.
func (r *runner) readSignals(ctx workflow.Context) {
	for _, message := range contract.Messages {
		channel := workflow.GetSignalChannel(ctx, message.Name)
		var c contract.Command
		for channel.ReceiveAsync(&c) {
			r.apply(ctx, message.Name, c)
			c = contract.Command{}
		}
	}
}

// apply applies a command. It does not block. It only logs a refusal, because a signal has no
// caller that could be told.
func (r *runner) apply(ctx workflow.Context, message string, c contract.Command) {
	r.messages++
	if err := r.m.Apply(message, c, workflow.Now(ctx)); err != nil {
		workflow.GetLogger(ctx).Warn("series: command refused", "message", message, "error", err)
	}
}

// refusal returns err in the form that reaches the caller of an update, with its code.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(err.Error(), string(insights.ErrorCode(err)), nil)
}
