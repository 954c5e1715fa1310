package seriescmd

import (
	"context"
	"os/user"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/cmd/backsight/internal/status"
	"github.com/backsight/backsight/insights"
)

// Command is the group `backsight series`.
type Command struct {
	Status statusCommand `cmd:"" help:"Show the state of a series. With --json, print only the completeness that its workflow reports."`
	Pause  pauseCommand  `cmd:"" help:"Pause a series. No new search starts, and running searches stop within seconds."`
	Resume resumeCommand `cmd:"" help:"Resume a paused series."`

	Cancel  cancelCommand  `cmd:"" help:"Cancel the work of a series on past times. Its pending samples end as failed, or keep the outcome that they had before a retry. The command retry computes them later."`
	Retry   retryCommand   `cmd:"" help:"Compute partial and failed samples again, or all samples."`
	Extend  extendCommand  `cmd:"" help:"Give a series more past points. Only the missing samples are computed."`
	Front   frontCommand   `cmd:"" help:"Move the work of a series on past times to the front of the queue of searches."`
	Back    backCommand    `cmd:"" help:"Move the work of a series on past times to the back of the queue of searches."`
	Trigger triggerCommand `cmd:"" help:"Make a series look now for due recordings, unfinished work and repositories that came into scope."`

	Retention retentionCommand `cmd:"" help:"Show or change the number of newest points that charts show."`
	Plans     plansCommand     `cmd:"" help:"List the plans of a series: when and why each was made."`
	Snapshot  snapshotCommand  `cmd:"" help:"Sample every repository in the scope of a series now, between two recordings. The next snapshot replaces this one."`
}

// idArgument is the argument and the flags of every command in the group.
type idArgument struct {
	remote.Flags
	ID string `arg:"" help:"The ID of a series, or of an insight for all of its series."`
}

// changed is what the generated functions of the mutations return.
type changed interface{ GetSeries() remote.Changed }

// change sends a mutation for each series that the ID names, and prints the state that each series
// has afterwards. The argument `user` of `send` is the name of the operating system's account that
// runs the command; the server records it.
func (c idArgument) change(ctx context.Context, s *output.Streams, send func(seriesID, user string) (changed, error)) error {
	series, err := remote.FindSeriesNames(ctx, c.Client(), c.ID)
	if err != nil {
		return err
	}
	login := ""
	if current, err := user.Current(); err == nil {
		login = current.Username
	}
	for _, one := range series {
		answer, err := send(one.SeriesId, login)
		if err != nil {
			return err
		}
		state := answer.GetSeries().State()
		if c.JSON {
			if err := output.JSON(s.Out, map[string]string{"series": one.SeriesId, "state": state}); err != nil {
				return err
			}
			continue
		}
		output.Printf(s.Out, "%s  %s  %s\n", one.SeriesId, state, one.Label)
	}
	return nil
}

type statusCommand struct{ idArgument }

func (*statusCommand) Help() string { return "Example: backsight series status 2xKq… --json" }

func (c *statusCommand) Run(ctx context.Context, s *output.Streams) error {
	series, err := remote.FindSeries(ctx, c.Client(), c.ID, true)
	if err != nil {
		return err
	}
	for _, one := range series {
		if !c.JSON {
			output.Printf(s.Out, "%s\n  series    %s\n", one.Label, one.SeriesId)
			status.Print(s.Out, one)
			continue
		}
		if one.Workflow == nil {
			return insights.Errorf(insights.Unavailable,
				"series %s: the workflow does not answer: check that a worker is running; `backsight insight show` shows the completeness without a worker", one.SeriesId)
		}
		if err := output.JSON(s.Out, one.Workflow.Completeness); err != nil {
			return err
		}
	}
	return nil
}

type pauseCommand struct {
	idArgument
	Reason string `help:"The reason of the pause. The page and the command line show it to everyone." placeholder:"TEXT"`
}

func (*pauseCommand) Help() string {
	return "Example: backsight series pause 2xKq… --reason 'the code host is slow today'"
}

func (c *pauseCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.PauseInsightSeries(ctx, c.Client(), id, user, c.Reason)
	})
}

type resumeCommand struct{ idArgument }

func (*resumeCommand) Help() string { return "Example: backsight series resume 2xKq…" }

func (c *resumeCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.ResumeInsightSeries(ctx, c.Client(), id, user)
	})
}

type triggerCommand struct{ idArgument }

func (*triggerCommand) Help() string {
	return `A series that waits because of a problem, for example a scope that cannot be read, tries again immediately.
A paused series does all this when it is resumed.

Example: backsight series trigger 2xKq…`
}

func (c *triggerCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.TriggerInsightSeries(ctx, c.Client(), id, user)
	})
}

type snapshotCommand struct{ idArgument }

func (*snapshotCommand) Help() string {
	return `The server refuses a snapshot of a series that is paused or has a problem, that has a recording every day or more
often, or whose query is about commits or diffs.

Example: backsight series snapshot 2xKq…`
}

func (c *snapshotCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.SnapshotInsightSeries(ctx, c.Client(), id, user)
	})
}
