package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// What of an order goes from run to run, in bytes.
const (
	maxBy     = 200
	maxReason = 1000
)

// listen registers every query, update and signal of the series before anything can block.
func (s *series) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, contract.QueryCompleteness,
		func() (insights.Completeness, error) { return s.state.Tally, nil },
		workflow.QueryHandlerOptions{Description: "the series' samples by outcome"}); err != nil {
		return err
	}
	if err := workflow.SetQueryHandlerWithOptions(ctx, contract.QueryStatus,
		func() (contract.Status, error) { return s.status(), nil },
		workflow.QueryHandlerOptions{Description: "what the series is doing"}); err != nil {
		return err
	}
	for _, m := range contract.Messages {
		if err := workflow.SetUpdateHandlerWithOptions(ctx, m.Name, func(ctx workflow.Context, order contract.Command) (contract.Status, error) {
			s.obey(ctx, m.Name, order)
			return s.status(), nil
		}, workflow.UpdateHandlerOptions{
			Description: m.Description,
			Validator:   func(ctx workflow.Context, order contract.Command) error { return refusal(s.check(ctx, m.Name, order)) },
		}); err != nil {
			return err
		}
		channel := workflow.GetSignalChannelWithOptions(ctx, m.Name, workflow.SignalChannelOptions{Description: m.Description})
		workflow.GoNamed(ctx, "mailbox "+m.Name, func(ctx workflow.Context) {
			for {
				var order contract.Command
				channel.Receive(ctx, &order)
				s.obey(ctx, m.Name, order)
			}
		})
	}
	return nil
}

// readMailbox obeys the signals that were delivered and not read, without blocking.
func (s *series) readMailbox(ctx workflow.Context) {
	for _, m := range contract.Messages {
		channel := workflow.GetSignalChannel(ctx, m.Name)
		for {
			var order contract.Command
			if !channel.ReceiveAsync(&order) {
				break
			}
			s.obey(ctx, m.Name, order)
		}
	}
}

// obey folds a message into the state. It never blocks and never fails; the loop in run sees what changed. A message that makes
// no sense, which an update is told, changes nothing.
func (s *series) obey(ctx workflow.Context, name string, order contract.Command) {
	s.messages++
	if err := s.check(ctx, name, order); err != nil {
		workflow.GetLogger(ctx).Warn("message ignored", "message", name, "because", err)
		return
	}
	by := &contract.PausedBy{By: contract.Truncate(order.By, maxBy), Reason: contract.Truncate(order.Reason, maxReason), At: workflow.Now(ctx)}
	switch name {
	case contract.Pause:
		if s.state.Paused == nil {
			s.state.Paused = by
		}
	case contract.Resume:
		s.state.Paused, s.state.Problem = nil, nil
	case contract.Cancel:
		// Before this version the message ended the series.
		if workflow.GetVersion(ctx, "cancel is about the past", workflow.DefaultVersion, 1) != workflow.DefaultVersion {
			s.cancelPast(by)
		} else if s.cancelled == nil {
			s.cancelled = by
		}
	case contract.Retry:
		s.retry(order)
	case contract.Extend:
		s.extend(order)
	case contract.Front:
		s.move(contract.QueueFront)
	case contract.Back:
		s.move(contract.QueueBack)
	case contract.Trigger:
		s.state.Problem, s.state.Look = nil, true
	case contract.Snapshot:
		// Before this version a problem stood in the way even where it held nothing back.
		if s.state.Problem == nil || workflow.GetVersion(ctx, "snapshots beside a problem", workflow.DefaultVersion, 1) != workflow.DefaultVersion {
			s.takeSnapshot(ctx)
		}
	}
}

// refusal is err as an update's caller gets it.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(err.Error(), string(insights.ErrorCode(err)), nil)
}
