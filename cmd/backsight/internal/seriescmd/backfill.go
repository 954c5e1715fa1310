package seriescmd

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/insights"
)

type cancelCommand struct {
	idArgument
	Reason string `help:"The reason of the cancellation. The cancelled samples show it." placeholder:"TEXT"`
}

func (*cancelCommand) Help() string {
	return `Recordings go on. If a retry is cancelled, the samples that it has not reached yet keep their earlier values.

Example: backsight series cancel 2xKq… --reason 'the scope was too large'`
}

func (c *cancelCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.CancelInsightSeriesBackfill(ctx, c.Client(), id, user, c.Reason)
	})
}

type retryCommand struct {
	idArgument
	All bool `help:"Compute every finished sample again, to correct its value up or down. A sample keeps its value if the new attempt fails, or finds only a lower bound of an exact value."`

	Repo    string     `help:"Only repositories whose name matches this regular expression, as in repo: of a query." placeholder:"REGEXP"`
	At      *time.Time `help:"Only the samples at this time, which must be the time of a point in the chart." placeholder:"TIME"`
	Outcome []string   `enum:"counted,reused,absent,partial,failed" help:"Only samples with this outcome: counted, reused, absent, partial or failed. Default: partial and failed, or every outcome with --all." placeholder:"OUTCOME"`
}

func (*retryCommand) Help() string {
	return `Samples of removed repositories stay as they are.

Examples:
  backsight series retry 2xKq…          after a damaged repository was repaired
  backsight series retry 2xKq… --all    after the history of a repository was rewritten
  backsight series retry 2xKq… --repo ^acme/ --outcome failed --at 2026-01-31T12:00:00Z`
}

// Validate is called by kong.
func (c *retryCommand) Validate() error {
	if c.All && len(c.Outcome) > 0 {
		return errors.New("--all selects every outcome: leave out --all or --outcome")
	}
	_, err := remote.NameScope("--repo", c.Repo)
	return err
}

func (c *retryCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		if c.Repo == "" && c.At == nil && len(c.Outcome) == 0 {
			return remote.RetryInsightSeriesBackfill(ctx, c.Client(), id, user, c.All)
		}
		return remote.RetryInsightSamples(ctx, c.Client(), id, user, c.filter())
	})
}

// filter selects the samples that the flags name.
func (c *retryCommand) filter() remote.SampleFilter {
	filter := remote.SampleFilter{Repository: c.Repo}
	if c.At != nil {
		filter.Time = new(c.At.UTC().Format(time.RFC3339Nano))
	}
	for _, o := range c.Outcome {
		filter.Outcomes = append(filter.Outcomes, outcome(o))
	}
	if c.All {
		for _, o := range insights.Everything().Outcomes {
			filter.Outcomes = append(filter.Outcomes, outcome(string(o)))
		}
	}
	return filter
}

func outcome(text string) remote.SampleOutcome { return remote.SampleOutcome(strings.ToUpper(text)) }

type extendCommand struct {
	idArgument
	Points int `required:"" help:"The new number of past points: more than the series has now, at most 1000." placeholder:"N"`
}

func (*extendCommand) Help() string { return "Example: backsight series extend 2xKq… --points 24" }

func (c *extendCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		answer, err := remote.ExtendInsightSeries(ctx, c.Client(), id, user, c.Points)
		if err == nil && answer.GetSeries().WithoutExtension() {
			output.Printf(s.Err, "series %s already has %s: nothing has changed\n", id, output.Count(c.Points, "point", "points"))
		}
		return answer, err
	})
}

type frontCommand struct{ idArgument }

func (*frontCommand) Help() string {
	return `The position holds until the series has no more work on past times, or until the command front or back changes it.
Recordings always go before work on past times.

Example: backsight series front 2xKq…`
}

func (c *frontCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.MoveInsightSeriesBackfillToFrontOfQueue(ctx, c.Client(), id, user)
	})
}

type backCommand struct{ idArgument }

func (*backCommand) Help() string {
	return `The position holds until the series has no more work on past times, or until the command front or back changes it.

Example: backsight series back 2xKq…`
}

func (c *backCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.change(ctx, s, func(id, user string) (changed, error) {
		return remote.MoveInsightSeriesBackfillToBackOfQueue(ctx, c.Client(), id, user)
	})
}
