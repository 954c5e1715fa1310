package workflows

import (
	"slices"

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
		workflow.GetSignalChannelWithOptions(ctx, message.Name, workflow.SignalChannelOptions{Description: message.Description})
	}
	// This coroutine must not block in Receive. The SDK hands a new signal to a blocked Receive at
	// once, and if the run ended in the same workflow task, the next run would not get it.
	workflow.GoNamed(ctx, "signals", func(ctx workflow.Context) {
		for workflow.Await(ctx, func() bool { return r.hasSignals(ctx) }) == nil {
			r.readSignals(ctx)
		}
	})
	return nil
}

// hasSignals reports whether there are signals that were delivered and not read.
func (r *runner) hasSignals(ctx workflow.Context) bool {
	return len(r.arrivals.names) > 0 || slices.ContainsFunc(contract.Messages, func(m contract.Message) bool {
		return workflow.GetSignalChannel(ctx, m.Name).Len() > 0
	})
}

// readSignals applies the signals that were delivered and not read. It does not block.
func (r *runner) readSignals(ctx workflow.Context) {
	arrived := r.arrivals.take()
	if r.m.SignalsInOrder {
		for _, name := range arrived {
			r.readSignal(ctx, name)
		}
	}
	// The signals of a run that an older release started, or of a worker without the interceptor
	// that notes arrivals: in the order of contract.Messages.
	for _, message := range contract.Messages {
		for workflow.GetSignalChannel(ctx, message.Name).Len() > 0 {
			r.readSignal(ctx, message.Name)
		}
	}
}

// readSignal applies the oldest signal of a name. The SDK drops a signal whose input it cannot
// decode.
func (r *runner) readSignal(ctx workflow.Context, name string) {
	var c contract.Command
	known := slices.ContainsFunc(contract.Messages, func(m contract.Message) bool { return m.Name == name })
	switch read := workflow.GetSignalChannel(ctx, name).ReceiveAsync(&c); {
	case !known:
		r.refuse(ctx, name, contract.Command{}, insights.Errorf(insights.Invalid, "a series knows no signal of this name"))
	case !read:
		r.refuse(ctx, name, contract.Command{}, insights.Errorf(insights.Invalid, `its input cannot be read: it must be empty or a JSON object such as {"by":"ann"}`))
	default:
		r.apply(ctx, name, c)
	}
}

// apply applies a command. It does not block. A signal has no caller that could be told about a
// refusal, so the series shows the last one.
func (r *runner) apply(ctx workflow.Context, message string, c contract.Command) {
	if err := r.m.Apply(message, c, workflow.Now(ctx)); err != nil {
		r.refuse(ctx, message, c, err)
		return
	}
	r.messages++
}

func (r *runner) refuse(ctx workflow.Context, message string, c contract.Command, err error) {
	r.messages++
	workflow.GetLogger(ctx).Warn("series: command refused", "message", message, "error", err)
	r.m.Refuse(message, c, err, workflow.Now(ctx))
}

// refusal returns err in the form that reaches the caller of an update, with its code.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(err.Error(), string(insights.ErrorCode(err)), nil)
}
