package main

import (
	"context"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
)

// What operators do with a series' past. Each command is one mutation for every series that the id names.

type seriesCancel struct {
	seriesID
	Reason string `help:"Why; stands at the samples that end so." placeholder:"TEXT"`
}

func (*seriesCancel) Help() string {
	return "Recordings go on, and what a retry had not reached is what it was.\n\nExample: backsight series cancel 2xKq… --reason 'the scope was too large'"
}

func (c *seriesCancel) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "cancelInsightSeriesBackfill", argument{"reason", "String", c.Reason})
}

type seriesRetry struct {
	seriesID
	All bool `help:"Every sample that has ended, to correct values up or down. A value is never lost: where the new attempt knows less, the old one stays."`

	Repo    string     `help:"Only repositories whose name matches this regular expression." placeholder:"REGEXP"`
	At      *time.Time `help:"Only the samples of this time, as a point of the chart has it." placeholder:"TIME"`
	Outcome []string   `enum:"counted,reused,absent,partial,failed" help:"Only samples that ended so: counted, reused, absent, partial or failed. Without it partial and failed ones, or with --all every one." placeholder:"OUTCOME"`
}

func (*seriesRetry) Help() string {
	return "Examples:\n  backsight series retry 2xKq…          once the damaged repository is mended\n  backsight series retry 2xKq… --all    after a history was rewritten\n  backsight series retry 2xKq… --repo ^acme/ --outcome failed --at 2026-01-31T12:00:00Z"
}

func (c *seriesRetry) Run(ctx context.Context, s *streams) error {
	if c.All && len(c.Outcome) > 0 {
		return insights.Errorf(insights.Invalid, "series retry: --all is every outcome: leave out --all or --outcome")
	}
	if c.Repo != "" || c.At != nil || len(c.Outcome) > 0 {
		return c.some(ctx, s)
	}
	return c.order(ctx, s, "retryInsightSeriesBackfill", argument{"all", "Boolean", c.All})
}

// some takes up only the samples that the flags select.
func (c *seriesRetry) some(ctx context.Context, s *streams) error {
	filter := map[string]any{}
	if c.Repo != "" {
		filter["repository"] = c.Repo
	}
	if c.At != nil {
		filter["time"] = c.At.UTC().Format(time.RFC3339Nano)
	}
	outcomes := c.Outcome
	if c.All {
		for _, o := range insights.Everything().Outcomes {
			outcomes = append(outcomes, string(o))
		}
	}
	if len(outcomes) > 0 {
		upper := make([]string, len(outcomes))
		for i, o := range outcomes {
			upper[i] = strings.ToUpper(o)
		}
		filter["outcomes"] = upper
	}
	return c.order(ctx, s, "retryInsightSamples", argument{"filter", "SampleFilter!", filter})
}

type seriesExtend struct {
	seriesID
	Points int `required:"" help:"How many points of the past the series is to have: more than now, at most 1000." placeholder:"N"`
}

func (*seriesExtend) Help() string { return "Example: backsight series extend 2xKq… --points 24" }

func (c *seriesExtend) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "extendInsightSeries", argument{"points", "Int!", c.Points})
}

type seriesFront struct{ seriesID }

func (*seriesFront) Help() string {
	return "It holds until the work is done, or moved again. Recordings of the present go before all work on the past.\n\nExample: backsight series front 2xKq…"
}

func (c *seriesFront) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "moveInsightSeriesBackfillToFrontOfQueue")
}

type seriesBack struct{ seriesID }

func (*seriesBack) Help() string { return "Example: backsight series back 2xKq…" }

func (c *seriesBack) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "moveInsightSeriesBackfillToBackOfQueue")
}

type seriesTrigger struct{ seriesID }

func (*seriesTrigger) Help() string { return "Example: backsight series trigger 2xKq…" }

func (c *seriesTrigger) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "triggerInsightSeries")
}

type seriesSnapshot struct{ seriesID }

func (*seriesSnapshot) Help() string { return "Example: backsight series snapshot 2xKq…" }

func (c *seriesSnapshot) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "snapshotInsightSeries")
}
