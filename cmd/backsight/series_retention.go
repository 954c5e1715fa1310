package main

import (
	"context"
	"fmt"

	"github.com/backsight/backsight/cmd/backsight/internal/render"
)

type seriesRetention struct {
	seriesID
	Points  int  `help:"How many of the newest sample times charts show; 0: all." default:"-1" placeholder:"N"`
	Default bool `help:"Let the setting backsight.retention.points decide again."`
}

func (*seriesRetention) Help() string {
	return "Older sample times are archived: exports have them, and a larger number brings them back. Without a flag it tells how it is.\n\nExample: backsight series retention 2xKq… --points 60"
}

// Validate is called by kong.
func (c *seriesRetention) Validate() error {
	if c.Default && c.Points >= 0 {
		return fmt.Errorf("--points and --default are two answers to one question: give one of them")
	}
	return nil
}

func (c *seriesRetention) Run(ctx context.Context, s *streams) error {
	const fields = `retention { points override archived }`
	series, err := resolveSeries(ctx, c.client(), c.ID, "seriesId label")
	if err != nil {
		return err
	}
	for _, one := range series {
		variables := map[string]any{"id": one.ID}
		operation := `query($id: ID!) { series: insightSeries(id: $id) { ` + fields + ` } }`
		if c.Default || c.Points >= 0 {
			operation = `mutation($id: ID!, $points: Int) { series: setInsightSeriesRetention(seriesId: $id, points: $points) { ` + fields + ` } }`
		}
		if c.Points >= 0 {
			variables["points"] = c.Points
		}
		var answer struct {
			Series struct {
				Retention struct {
					Points   int  `json:"points"`
					Override *int `json:"override"`
					Archived int  `json:"archived"`
				} `json:"retention"`
			} `json:"series"`
		}
		if err := c.client().Do(ctx, operation, variables, &answer); err != nil {
			return err
		}
		r := answer.Series.Retention
		if c.JSON {
			if err := printJSON(s.Out, map[string]any{"series": one.ID, "points": r.Points, "override": r.Override, "archived": r.Archived}); err != nil {
				return err
			}
			continue
		}
		shown := fmt.Sprintf("the newest %d points", r.Points)
		if r.Points == 0 {
			shown = "all points"
		}
		fmt.Fprintf(s.Out, "%s  charts show %s, %d archived  %s\n", one.ID, shown, r.Archived, one.Label)
	}
	return nil
}

type seriesPlans struct{ seriesID }

func (*seriesPlans) Help() string { return "Example: backsight series plans 2xKq…" }

func (c *seriesPlans) Run(ctx context.Context, s *streams) error {
	type plan struct {
		Number      int      `json:"number"`
		Kind        string   `json:"kind"`
		Times       []string `json:"times"`
		Note        *string  `json:"note"`
		CreatedAt   string   `json:"createdAt"`
		CompletedAt *string  `json:"completedAt"`
	}
	series, err := resolveSeries(ctx, c.client(), c.ID, "seriesId label")
	if err != nil {
		return err
	}
	list := newListing(s, c.JSON, "MADE", "SERIES", "KIND", "TIMES", "COMPLETED", "NOTE")
	for _, one := range series {
		var answer struct {
			Series struct {
				Plans []plan `json:"plans"`
			} `json:"series"`
		}
		if err := c.client().Do(ctx, `query($id: ID!) { series: insightSeries(id: $id) { plans { number kind times note createdAt completedAt } } }`,
			map[string]any{"id": one.ID}, &answer); err != nil {
			return err
		}
		for _, p := range answer.Series.Plans {
			if err := list.add(p, p.CreatedAt, one.Label, planKind(p.Kind), fmt.Sprint(len(p.Times)), render.Text(p.CompletedAt), render.Text(p.Note)); err != nil {
				return err
			}
		}
	}
	return list.end()
}
