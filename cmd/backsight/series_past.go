package main

import "context"

// What operators do with a series' past. Each command is one mutation for every series that the id names.

type seriesCancel struct {
	clientFlags
	ID     string `arg:"" help:"A series, or an insight for all of its series."`
	Reason string `help:"Why; stands at the samples that end so." placeholder:"TEXT"`
}

func (*seriesCancel) Help() string {
	return "Recordings go on, and what a retry had not reached is what it was.\n\nExample: backsight series cancel 2xKq… --reason 'the scope was too large'"
}

func (c *seriesCancel) Run(ctx context.Context, s *streams) error {
	return order(ctx, s, c.clientFlags, c.ID, `mutation($id: ID!, $by: String, $reason: String) { series: cancelInsightSeriesBackfill(seriesId: $id, by: $by, reason: $reason) { `+seriesFields+` `+workflowFields+` } }`,
		map[string]any{"reason": c.Reason})
}

type seriesRetry struct {
	clientFlags
	ID  string `arg:"" help:"A series, or an insight for all of its series."`
	All bool   `help:"Every sample that has ended, to correct values up or down. A value is never lost: where the new attempt knows less, the old one stays."`
}

func (*seriesRetry) Help() string {
	return "Examples:\n  backsight series retry 2xKq…          once the damaged repository is mended\n  backsight series retry 2xKq… --all    after a history was rewritten"
}

func (c *seriesRetry) Run(ctx context.Context, s *streams) error {
	return order(ctx, s, c.clientFlags, c.ID, `mutation($id: ID!, $by: String, $all: Boolean) { series: retryInsightSeriesBackfill(seriesId: $id, by: $by, all: $all) { `+seriesFields+` `+workflowFields+` } }`,
		map[string]any{"all": c.All})
}

type seriesExtend struct {
	clientFlags
	ID     string `arg:"" help:"A series, or an insight for all of its series."`
	Points int    `required:"" help:"How many points of the past the series is to have: more than now, at most 1000." placeholder:"N"`
}

func (*seriesExtend) Help() string { return "Example: backsight series extend 2xKq… --points 24" }

func (c *seriesExtend) Run(ctx context.Context, s *streams) error {
	return order(ctx, s, c.clientFlags, c.ID, `mutation($id: ID!, $by: String, $points: Int!) { series: extendInsightSeries(seriesId: $id, by: $by, points: $points) { `+seriesFields+` `+workflowFields+` } }`,
		map[string]any{"points": c.Points})
}

type seriesTrigger struct {
	clientFlags
	ID string `arg:"" help:"A series, or an insight for all of its series."`
}

func (*seriesTrigger) Help() string { return "Example: backsight series trigger 2xKq…" }

func (c *seriesTrigger) Run(ctx context.Context, s *streams) error {
	return order(ctx, s, c.clientFlags, c.ID, `mutation($id: ID!, $by: String) { series: triggerInsightSeries(seriesId: $id, by: $by) { `+seriesFields+` `+workflowFields+` } }`,
		map[string]any{})
}
