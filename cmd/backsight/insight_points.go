package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/insights"
)

type insightPoints struct {
	clientFlags
	ID     string `arg:"" help:"An insight or a series."`
	ByRepo bool   `help:"A row for each repository and time, and value where there are values, newest first, with the commit and the outcome."`
}

func (*insightPoints) Help() string {
	return "Example: backsight insight points 2xKq… --json | jq -r '[.time, .value] | @tsv'"
}

type coverage struct {
	Known   int64 `json:"known"`
	Planned int64 `json:"planned"`
}

// pointLine is a line of JSON.
type pointLine struct {
	Series   string                `json:"series"`
	Label    string                `json:"label"`
	Time     string                `json:"time"`
	Value    *float64              `json:"value"` // null: unknown
	Coverage coverage              `json:"coverage"`
	Outcomes insights.Completeness `json:"outcomes"`
	Snapshot bool                  `json:"snapshot,omitempty"` // now, between two recordings
}

// sampleLine is a line of JSON with --by-repo: one sample is a point of one repository.
type sampleLine struct {
	pointLine
	Repository string `json:"repository"`
	Commit     string `json:"commit"` // "" when there is none
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason,omitempty"`
}

func (c *insightPoints) Run(ctx context.Context, s *streams) error {
	series, err := resolveSeries(ctx, c.client(), c.ID, "seriesId label")
	if err != nil {
		return err
	}
	header := []string{"TIME", "SERIES", "VALUE", "COVERAGE"}
	if c.ByRepo {
		header = []string{"TIME", "SERIES", "REPOSITORY", "VALUE", "OUTCOME", "COMMIT", "REASON"}
	}
	list := newListing(s, c.JSON, header...)
	for _, one := range series {
		if c.ByRepo {
			err = eachSample(ctx, c.client(), one, func(l sampleLine) error {
				return list.add(l, l.Time, l.Label, l.Repository, number(l.Value), l.Outcome, l.Commit, l.Reason)
			})
		} else {
			err = eachPoint(ctx, c.client(), one, func(l pointLine) error {
				known := fmt.Sprintf("%d/%d", l.Coverage.Known, l.Coverage.Planned)
				if l.Snapshot {
					known += " snapshot"
				}
				return list.add(l, l.Time, l.Label, number(l.Value), known)
			})
		}
		if err != nil {
			return err
		}
	}
	return list.end()
}

func number(v *float64) string {
	if v == nil {
		return "?"
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// eachPoint calls yield for every point of a series in time order.
func eachPoint(ctx context.Context, c *remote.Client, series seriesRef, yield func(pointLine) error) error {
	var answer struct {
		InsightSeries struct {
			Points []struct {
				DateTime string                `json:"dateTime"`
				Value    float64               `json:"value"`
				Label    string                `json:"label"`
				Coverage coverage              `json:"coverage"`
				Outcomes insights.Completeness `json:"outcomes"`
				Snapshot bool                  `json:"isSnapshot"`
			} `json:"points"`
		} `json:"insightSeries"`
	}
	err := c.Do(ctx, `query($id: ID!) { insightSeries(id: $id) { points { dateTime value label coverage { known planned } outcomes { `+tallyFields+` } isSnapshot } } }`,
		map[string]any{"id": series.ID}, &answer)
	if err != nil {
		return err
	}
	for _, p := range answer.InsightSeries.Points {
		line := pointLine{Series: series.ID, Label: p.Label, Time: p.DateTime, Value: &p.Value, Coverage: p.Coverage, Outcomes: p.Outcomes, Snapshot: p.Snapshot}
		if line.Label == "" {
			line.Label = series.Label
		}
		if err := yield(line); err != nil {
			return err
		}
	}
	return nil
}

// eachSample calls yield for every sample of a series, newest time first; for one with values once for each, versions in their
// order.
func eachSample(ctx context.Context, c *remote.Client, series seriesRef, yield func(sampleLine) error) error {
	// The first page is small: a sample can have thousands of values.
	variables := map[string]any{"id": series.ID, "first": 20}
	for many := false; ; {
		var answer struct {
			InsightSeries struct {
				Samples struct {
					Nodes []struct {
						Repository struct {
							Name string `json:"name"`
						} `json:"repository"`
						DateTime string   `json:"dateTime"`
						Outcome  string   `json:"outcome"`
						Commit   *string  `json:"commit"`
						Value    *float64 `json:"value"`
						Reason   *string  `json:"reason"`
						Values   []struct {
							Label string  `json:"label"`
							Value float64 `json:"value"`
						} `json:"values"`
					} `json:"nodes"`
					PageInfo pageInfo `json:"pageInfo"`
				} `json:"samples"`
			} `json:"insightSeries"`
		}
		err := c.Do(ctx, `query($id: ID!, $after: String, $first: Int!) { insightSeries(id: $id) { samples(first: $first, after: $after) {
			nodes { repository { name } dateTime outcome commit value reason values { label value } } pageInfo { endCursor hasNextPage } } } }`, variables, &answer)
		if err != nil {
			return err
		}
		for _, n := range answer.InsightSeries.Samples.Nodes {
			outcome := insights.Outcome(strings.ToLower(n.Outcome))
			line := sampleLine{Repository: n.Repository.Name, Outcome: string(outcome)}
			line.pointLine = pointLine{Series: series.ID, Label: series.Label, Time: n.DateTime, Value: n.Value, Coverage: coverage{Planned: 1}}
			line.Outcomes.Add(outcome, 1)
			if outcome.Exact() {
				line.Coverage.Known = 1
			}
			if n.Commit != nil {
				line.Commit = *n.Commit
			}
			if n.Reason != nil {
				line.Reason = *n.Reason
			}
			if len(n.Values) == 0 {
				if err := yield(line); err != nil {
					return err
				}
			}
			for _, v := range n.Values {
				line.Label, line.Value = v.Label, &v.Value
				if err := yield(line); err != nil {
					return err
				}
			}
			many = many || len(n.Values) > 0
		}
		if !many {
			variables["first"] = 200
		}
		if !answer.InsightSeries.Samples.PageInfo.HasNextPage {
			return nil
		}
		variables["after"] = answer.InsightSeries.Samples.PageInfo.EndCursor
	}
}
