package seriescmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
)

type retentionCommand struct {
	idArgument
	Points  *int `help:"The number of newest points that charts show; 0 shows all." placeholder:"N"`
	Default bool `help:"Use the setting backsight.retention.points again, but show at least the points that the series was created with or extended to."`
}

func (*retentionCommand) Help() string {
	return `Without a flag the command shows the current number. Older points are archived: charts hide them, exports contain them,
and a larger number brings them back.

Example: backsight series retention 2xKq… --points 60`
}

// Validate is called by kong.
func (c *retentionCommand) Validate() error {
	switch {
	case c.Points != nil && *c.Points < 0:
		return fmt.Errorf("--points %d: use a number from 1, or 0 for all", *c.Points)
	case c.Default && c.Points != nil:
		return errors.New("--points and --default exclude each other: give one of them")
	}
	return nil
}

// retentionLine is a line of JSON.
type retentionLine struct {
	Archived int    `json:"archived"`
	Override *int   `json:"override"` // null: no number is set for this series
	Points   int    `json:"points"`
	Series   string `json:"series"`
}

func (c *retentionCommand) Run(ctx context.Context, s *output.Streams) error {
	series, err := remote.FindSeriesNames(ctx, c.Client(), c.ID)
	if err != nil {
		return err
	}
	for _, one := range series {
		r, err := c.retention(ctx, one.SeriesId)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := output.JSON(s.Out, retentionLine{Archived: r.Archived, Override: r.Override, Points: r.Points, Series: one.SeriesId}); err != nil {
				return err
			}
			continue
		}
		shown := "the newest " + output.Count(r.Points, "point", "points")
		if r.Points == 0 {
			shown = "all points"
		}
		output.Printf(s.Out, "%s  charts show %s, %d archived  %s\n", one.SeriesId, shown, r.Archived, one.Label)
	}
	return nil
}

// retention changes the retention of a series if a flag requests it, and returns the retention.
func (c *retentionCommand) retention(ctx context.Context, seriesID string) (remote.Retention, error) {
	if !c.Default && c.Points == nil {
		answer, err := remote.InsightSeriesRetention(ctx, c.Client(), seriesID)
		return answer.Series.Retention, err
	}
	// With --default, c.Points is nil, and the setting applies again.
	answer, err := remote.SetInsightSeriesRetention(ctx, c.Client(), seriesID, c.Points)
	return answer.Series.Retention, err
}

type plansCommand struct{ idArgument }

func (*plansCommand) Help() string { return "Example: backsight series plans 2xKq…" }

func (c *plansCommand) Run(ctx context.Context, s *output.Streams) error {
	series, err := remote.FindSeriesNames(ctx, c.Client(), c.ID)
	if err != nil {
		return err
	}
	list := output.NewList(s, c.JSON, "MADE", "SERIES", "KIND", "TIMES", "COMPLETED", "NOTE")
	for _, one := range series {
		answer, err := remote.InsightSeriesPlans(ctx, c.Client(), one.SeriesId)
		if err != nil {
			return err
		}
		for _, p := range answer.Series.Plans {
			if err := list.Add(p, p.CreatedAt, one.Label, p.Kind.Text(), fmt.Sprint(len(p.Times)), output.Text(p.CompletedAt), output.Text(p.Note)); err != nil {
				return err
			}
		}
	}
	return list.End()
}
