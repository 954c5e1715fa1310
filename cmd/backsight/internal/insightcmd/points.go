package insightcmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/insights"
)

type pointsCommand struct {
	remote.Flags
	ID     string `arg:"" help:"The ID of an insight or of a series."`
	ByRepo bool   `help:"Print the sample of each repository at each time, with its commit and its outcome, newest first. A sample with captured values or languages gets a row for each of them."`
}

func (*pointsCommand) Help() string {
	return "Example: backsight insight points 2xKq… --json | jq -r '[.time, .value] | @tsv'"
}

// pointLine is a line of JSON.
type pointLine struct {
	Series   string                `json:"series"`
	Label    string                `json:"label"`
	Time     string                `json:"time"`
	Value    *float64              `json:"value"` // null: unknown, only with --by-repo
	Coverage remote.Coverage       `json:"coverage"`
	Outcomes insights.Completeness `json:"outcomes"`
	// Snapshot is true for the point of a snapshot. Only the newest point can be one.
	Snapshot bool `json:"snapshot,omitempty"`
}

// sampleLine is a line of JSON with --by-repo: a sample in the form of a point of one repository.
type sampleLine struct {
	pointLine
	Repository string `json:"repository"`
	Commit     string `json:"commit"` // "" when there is none
	Outcome    string `json:"outcome"`
	Reason     string `json:"reason,omitempty"`
}

func (c *pointsCommand) Run(ctx context.Context, s *output.Streams) error {
	series, err := remote.FindSeriesNames(ctx, c.Client(), c.ID)
	if err != nil {
		return err
	}
	header := []string{"TIME", "SERIES", "VALUE", "COVERAGE"}
	if c.ByRepo {
		header = []string{"TIME", "SERIES", "REPOSITORY", "VALUE", "OUTCOME", "COMMIT", "REASON"}
	}
	list := output.NewList(s, c.JSON, header...)
	for _, one := range series {
		if c.ByRepo {
			err = eachSample(ctx, c.Client(), one, func(l sampleLine) error {
				return list.Add(l, l.Time, output.Visible(l.Label), l.Repository, number(l.Value), l.Outcome, l.Commit, l.Reason)
			})
		} else {
			err = eachPoint(ctx, c.Client(), one, func(l pointLine) error {
				coverage := fmt.Sprintf("%d/%d", l.Coverage.Known, l.Coverage.Planned)
				if l.Snapshot {
					coverage += " snapshot"
				}
				return list.Add(l, l.Time, output.Visible(l.Label), number(l.Value), coverage)
			})
		}
		if err != nil {
			return err
		}
	}
	return list.End()
}

func number(v *float64) string {
	if v == nil {
		return "?"
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// eachPoint calls yield for every point of a series, oldest first.
func eachPoint(ctx context.Context, client *remote.Client, series remote.SeriesName, yield func(pointLine) error) error {
	answer, err := remote.InsightSeriesPoints(ctx, client, series.SeriesId)
	if err != nil {
		return err
	}
	labels := map[string]bool{}
	for _, p := range answer.InsightSeries.Points {
		labels[p.Label] = true
	}
	if count := answer.InsightSeries.ValueCount; count > len(labels) {
		return insights.Errorf(insights.Invalid, "series %s has %d values, and an answer of the server has at most %d: "+
			"`backsight insight export ID` prints the points of all values", series.SeriesId, count, len(labels))
	}
	for _, p := range answer.InsightSeries.Points {
		line := pointLine{
			Series: series.SeriesId, Label: p.Label, Time: p.DateTime, Value: &p.Value,
			Coverage: p.Coverage, Outcomes: p.Outcomes, Snapshot: p.IsSnapshot,
		}
		if line.Label == "" {
			line.Label = series.Label
		}
		if err := yield(line); err != nil {
			return err
		}
	}
	return nil
}

// Samples per page. A sample can have thousands of captured values, so the first page is small.
// Once a page contained a sample with values, all further pages are small too.
const (
	smallPage = 20
	largePage = 200
)

// eachSample calls yield for every sample of a series, newest time first. For a sample with values
// (captured values or languages), it calls yield once for each value, in the server's order: sorted
// by label, and labels that look like versions as versions (1.9 before 1.10).
func eachSample(ctx context.Context, client *remote.Client, series remote.SeriesName, yield func(sampleLine) error) error {
	size := largePage
	var after *string
	for first := smallPage; ; first = size {
		answer, err := remote.InsightSeriesSamples(ctx, client, series.SeriesId, after, first)
		if err != nil {
			return err
		}
		page := answer.InsightSeries.Samples
		for _, n := range page.Nodes {
			line := lineOf(series, n)
			if len(n.Values) == 0 {
				if err := yield(line); err != nil {
					return err
				}
				continue
			}
			size = smallPage
			for _, v := range n.Values {
				line.Label, line.Value = v.Label, &v.Value
				if err := yield(line); err != nil {
					return err
				}
			}
		}
		if !page.PageInfo.HasNextPage {
			return nil
		}
		after = page.PageInfo.EndCursor
	}
}

func lineOf(series remote.SeriesName, sample remote.Sample) sampleLine {
	outcome := insights.Outcome(strings.ToLower(string(sample.Outcome)))
	line := sampleLine{
		pointLine: pointLine{
			Series: series.SeriesId, Label: series.Label, Time: sample.DateTime, Value: sample.Value, Coverage: remote.Coverage{Planned: 1},
		},
		Repository: sample.Repository.Name, Outcome: string(outcome),
	}
	line.Outcomes.Add(outcome, 1)
	if outcome.Exact() {
		line.Coverage.Known = 1
	}
	if sample.Commit != nil {
		line.Commit = *sample.Commit
	}
	if sample.Reason != nil {
		line.Reason = *sample.Reason
	}
	return line
}
