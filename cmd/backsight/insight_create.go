package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

type insightCreate struct {
	clientFlags
	Title     string   `required:"" help:"The chart's title." placeholder:"TEXT"`
	Query     []string `sep:"none" help:"What to count; repeat it for more series. With --languages: filters, or nothing." placeholder:"QUERY"`
	Label     []string `sep:"none" help:"A name for each query, in order; the query itself without one." placeholder:"TEXT"`
	Repos     string   `xor:"scope" help:"Repositories whose names match this regular expression; all without one." placeholder:"REGEXP"`
	Repo      []string `xor:"scope" help:"Only the repository with this name; repeat it for more." placeholder:"NAME"`
	Every     string   `default:"1month" help:"The distance between points: 1hour, 2weeks, 1month, …" placeholder:"INTERVAL"`
	Points    int      `default:"12" help:"How many points of history, 1 to 1000."`
	Zone      string   `help:"The time zone in which days and months are counted, an IANA name; UTC without one." placeholder:"ZONE"`
	Capture   bool     `xor:"method" help:"A line for each value of the queries' capture groups."`
	Languages bool     `xor:"method" help:"Count lines by language instead of matches, a line for each language."`
	Wait      bool     `help:"Wait until nothing is pending, with a progress bar; the status is 1 if samples are partial or failed."`

	every insights.Interval
}

func (*insightCreate) Help() string {
	return `Examples:
  backsight insight create --title TODOs --query 'TODO' --every 1month --points 24 --wait
  backsight insight create --title 'Go versions' --query '^go\s+(\d+\.\d+) patterntype:regexp file:^go\.mod$' --capture
  backsight insight create --title Languages --languages`
}

// Validate is called by kong.
func (c *insightCreate) Validate() error {
	if len(c.Query) == 0 && !c.Languages {
		return errors.New("missing flags: --query=QUERY (only --languages goes without)")
	}
	if len(c.Query) == 0 {
		c.Query = []string{""}
	}
	if len(c.Label) > 0 && len(c.Label) != len(c.Query) {
		return fmt.Errorf("%d --label for %d --query: give one for each, or none", len(c.Label), len(c.Query))
	}
	interval, err := insights.ParseInterval(c.Every)
	if err != nil {
		return fmt.Errorf("--every: %w", err)
	}
	c.every = interval
	if c.Points < 1 || c.Points > insights.MaxPoints {
		return fmt.Errorf("--points %d: must be between 1 and %d", c.Points, insights.MaxPoints)
	}
	return nil
}

// created is what is printed with --json.
type created struct {
	ID     string   `json:"id"`
	Series []string `json:"series"`
}

func (c *insightCreate) Run(ctx context.Context, s *streams) error {
	var answer struct {
		Create struct {
			View struct {
				ID         string      `json:"id"`
				DataSeries []seriesRef `json:"dataSeries"`
			} `json:"view"`
		} `json:"createLineChartSearchInsight"`
	}
	err := c.client().Do(ctx, `mutation($input: LineChartSearchInsightInput!) { createLineChartSearchInsight(input: $input) { view { id dataSeries { seriesId label } } } }`,
		map[string]any{"input": c.input()}, &answer)
	if err != nil {
		return c.explain(err)
	}
	result := created{ID: answer.Create.View.ID}
	for _, series := range answer.Create.View.DataSeries {
		result.Series = append(result.Series, series.ID)
	}
	if c.JSON {
		if err := printJSON(s.Out, result); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.Out, "insight  %s\n", result.ID)
		for _, series := range answer.Create.View.DataSeries {
			fmt.Fprintf(s.Out, "series   %s  %s\n", series.ID, series.Label)
		}
	}
	if !c.Wait {
		return nil
	}
	return wait(ctx, s, c.client(), result.ID)
}

// input is the mutation's input.
func (c *insightCreate) input() map[string]any {
	series := make([]map[string]any, len(c.Query))
	for i, q := range c.Query {
		series[i] = map[string]any{"query": q, "generatedFromCaptureGroups": c.Capture}
		if c.Languages {
			series[i]["generationMethod"] = "LANGUAGE_STATS"
		}
		if len(c.Label) > 0 {
			series[i]["options"] = map[string]any{"label": c.Label[i]}
		}
	}
	scope := map[string]any{}
	if c.Repos != "" {
		scope["repositoryCriteria"] = (&query.Scope{Expr: &query.Filter{Name: "repo", Value: c.Repos}}).String()
	}
	if len(c.Repo) > 0 {
		scope["repositories"] = c.Repo
	}
	timeScope := map[string]any{
		"stepInterval": map[string]any{"unit": string(c.every.Unit), "value": c.every.Value}, "points": c.Points,
	}
	if c.Zone != "" {
		timeScope["zone"] = c.Zone
	}
	return map[string]any{
		"options": map[string]any{"title": c.Title}, "dataSeries": series, "repositoryScope": scope, "timeScope": timeScope,
	}
}

// explain shows the place of an error in a query under the query.
func (c *insightCreate) explain(err error) error {
	var refusal *remote.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	lines := make([]string, len(refusal.Errors))
	for i, e := range refusal.Errors {
		lines[i] = e.Message
		field := e.Extensions.Field // "input", "dataSeries", N, "query"
		if e.Extensions.Start == nil || e.Extensions.End == nil || len(field) != 4 || field[3] != "query" {
			continue
		}
		n, ok := field[2].(float64)
		if !ok || int(n) < 0 || int(n) >= len(c.Query) {
			continue
		}
		lines[i] += "\n" + underline(c.Query[int(n)], *e.Extensions.Start, *e.Extensions.End)
		if e.Extensions.Suggestion != "" {
			lines[i] += "\n  " + e.Extensions.Suggestion
		}
	}
	return &insights.Error{Code: insights.ErrorCode(err), Message: strings.Join(lines, "\n"), Cause: err}
}

// underline prints text with a mark under the UTF-16 units start..end.
func underline(text string, start, end int) string {
	units := utf16.Encode([]rune(text))
	column := func(offset int) int { return len(utf16.Decode(units[:max(0, min(offset, len(units)))])) }
	from, to := column(start), column(end)
	flat := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		return r
	}, text)
	return "  " + flat + "\n  " + strings.Repeat(" ", from) + strings.Repeat("^", max(1, to-from))
}
