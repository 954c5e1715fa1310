package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/insights"
)

var messages = []struct{ name, about string }{
	{Pause, "stop launching work and stop what runs, until resume"},
	{Resume, "go on after a pause, and try again what a problem holds back"},
	{Cancel, "drop the work on the past: what is pending of it ends as failed, and retry takes it up again"},
	{Front, "put the work on the past before that of all other series"},
	{Back, "put the work on the past behind that of all other series"},
	{Trigger, "look for due recordings and left-over work now"},
	{Snapshot, "sample every repository now, between two recordings"},
	{Retry, `try samples again that are partial or failed, or all with {"all":true}`},
	{Extend, `add points of the past, with {"points":24} until there are as many`},
}

// What of an order goes from run to run, in bytes.
const (
	maxBy     = 200
	maxReason = 1000
)

// listen registers every query, update and signal of the series before anything can block.
func (s *series) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, QueryCompleteness,
		func() (insights.Completeness, error) { return s.state.Tally, nil },
		workflow.QueryHandlerOptions{Description: "the series' samples by outcome"}); err != nil {
		return err
	}
	if err := workflow.SetQueryHandlerWithOptions(ctx, QueryStatus,
		func() (Status, error) { return s.status(), nil },
		workflow.QueryHandlerOptions{Description: "what the series is doing"}); err != nil {
		return err
	}
	for _, m := range messages {
		if err := workflow.SetUpdateHandlerWithOptions(ctx, m.name, func(ctx workflow.Context, order Order) (Status, error) {
			s.obey(ctx, m.name, order)
			return s.status(), nil
		}, workflow.UpdateHandlerOptions{
			Description: m.about,
			Validator:   func(ctx workflow.Context, order Order) error { return refusal(s.check(ctx, m.name, order)) },
		}); err != nil {
			return err
		}
		channel := workflow.GetSignalChannelWithOptions(ctx, m.name, workflow.SignalChannelOptions{Description: m.about})
		workflow.GoNamed(ctx, "mailbox "+m.name, func(ctx workflow.Context) {
			for {
				var order Order
				channel.Receive(ctx, &order)
				s.obey(ctx, m.name, order)
			}
		})
	}
	return nil
}

// readMailbox obeys the signals that were delivered and not read, without blocking.
func (s *series) readMailbox(ctx workflow.Context) {
	for _, m := range messages {
		channel := workflow.GetSignalChannel(ctx, m.name)
		for {
			var order Order
			if !channel.ReceiveAsync(&order) {
				break
			}
			s.obey(ctx, m.name, order)
		}
	}
}

// obey folds a message into the state. It never blocks and never fails; the loop in run sees what changed. A message that makes
// no sense, which an update is told, changes nothing.
func (s *series) obey(ctx workflow.Context, name string, order Order) {
	s.messages++
	if err := s.check(ctx, name, order); err != nil {
		workflow.GetLogger(ctx).Warn("message ignored", "message", name, "because", err)
		return
	}
	by := &PausedBy{By: cut(order.By, maxBy), Reason: cut(order.Reason, maxReason), At: workflow.Now(ctx)}
	switch name {
	case Pause:
		if s.state.Paused == nil {
			s.state.Paused = by
		}
	case Resume:
		s.state.Paused, s.state.Problem = nil, nil
	case Cancel:
		// Before this version the message ended the series.
		if workflow.GetVersion(ctx, "cancel is about the past", workflow.DefaultVersion, 1) != workflow.DefaultVersion {
			s.cancelPast(by)
		} else if s.cancelled == nil {
			s.cancelled = by
		}
	case Retry:
		s.retry(order)
	case Extend:
		s.extend(order)
	case Front:
		s.move(AtFront)
	case Back:
		s.move(AtBack)
	case Trigger:
		s.state.Problem, s.state.Look = nil, true
	case Snapshot:
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
