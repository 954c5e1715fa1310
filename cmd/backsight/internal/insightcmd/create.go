package insightcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/cmd/backsight/internal/status"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

type createCommand struct {
	remote.Flags
	Title     string   `required:"" help:"The title of the chart." placeholder:"TEXT"`
	Query     []string `sep:"none" help:"What to count. Repeat the flag for more series. With --languages, write only filters, or leave the flag out." placeholder:"QUERY"`
	Label     []string `sep:"none" help:"A label for each query, in the same order. Default: the query." placeholder:"TEXT"`
	Repos     string   `xor:"scope" help:"Only repositories whose name matches this regular expression, as in repo: of a query. Default: all." placeholder:"REGEXP"`
	Repo      []string `xor:"scope" help:"Only the repository with this name. Repeat the flag for more repositories." placeholder:"NAME"`
	Every     string   `default:"1month" help:"The interval between points: 1hour, 2weeks, 1month, …" placeholder:"INTERVAL"`
	Points    int      `default:"12" help:"The number of past points, 1 to 1000."`
	Zone      string   `help:"The time zone in which the interval counts days, weeks, months and years, as an IANA name such as Europe/Berlin. Default: UTC." placeholder:"ZONE"`
	Capture   bool     `xor:"method" help:"Draw a line for each value of the queries' capture groups."`
	Languages bool     `xor:"method" help:"Count lines by language instead of matches, and draw a line for each language."`
	Wait      bool     `help:"Wait until the backfill is complete, and show a progress bar. The exit status is 1 if samples are partial or failed, or if a series has a problem."`

	interval insights.Interval // Every, parsed
	scope    *query.Scope      // Repos, parsed
}

func (*createCommand) Help() string {
	return `Examples:
  backsight insight create --title TODOs --query 'TODO' --every 1month --points 24 --wait
  backsight insight create --title 'Go versions' --query '^go\s+(\d+\.\d+) patterntype:regexp file:^go\.mod$' --capture
  backsight insight create --title Languages --languages`
}

// Validate is called by kong.
func (c *createCommand) Validate() error {
	if len(c.Query) == 0 && !c.Languages {
		return errors.New("missing flags: --query=QUERY (only --languages works without it)")
	}
	if len(c.Query) == 0 {
		c.Query = []string{""}
	}
	if len(c.Label) > 0 && len(c.Label) != len(c.Query) {
		return fmt.Errorf("the numbers of --label (%d) and --query (%d) differ: give one label for each query, or none", len(c.Label), len(c.Query))
	}
	interval, err := insights.ParseInterval(c.Every)
	if err != nil {
		return fmt.Errorf("--every: %w", err)
	}
	c.interval = interval
	if c.Points < 1 || c.Points > insights.MaxPoints {
		return fmt.Errorf("--points %d: must be between 1 and %d", c.Points, insights.MaxPoints)
	}
	c.scope, err = remote.NameScope("--repos", c.Repos)
	return err
}

// created is the line of JSON that --json prints.
type created struct {
	ID     string   `json:"id"`
	Series []string `json:"series"`
}

func (c *createCommand) Run(ctx context.Context, s *output.Streams) error {
	empty, err := c.emptyScopes(ctx)
	if err != nil {
		return err
	}
	answer, err := remote.CreateLineChartSearchInsight(ctx, c.Client(), c.input())
	if err != nil {
		return c.explain(err)
	}
	if c.Capture {
		c.printNotes(s)
	}
	for _, scope := range empty {
		output.Printf(s.Err, "no repository matches %s now: repositories that match later are added\n", scope)
	}
	insight := answer.CreateLineChartSearchInsight.View
	if c.JSON {
		line := created{ID: insight.Id}
		for _, series := range insight.DataSeries {
			line.Series = append(line.Series, series.SeriesId)
		}
		if err := output.JSON(s.Out, line); err != nil {
			return err
		}
	} else {
		output.Printf(s.Out, "insight  %s\n", insight.Id)
		for _, series := range insight.DataSeries {
			output.Printf(s.Out, "series   %s  %s\n", series.SeriesId, series.Label)
		}
	}
	if !c.Wait {
		return nil
	}
	return status.Wait(ctx, s, c.Client(), insight.Id)
}

func (c *createCommand) input() remote.LineChartSearchInsightInput {
	input := remote.LineChartSearchInsightInput{
		Options:         remote.LineChartOptionsInput{Title: c.Title},
		DataSeries:      make([]remote.LineChartSearchInsightDataSeriesInput, len(c.Query)),
		RepositoryScope: &remote.RepositoryScopeInput{Repositories: c.Repo},
		TimeScope: &remote.TimeScopeInput{
			StepInterval: remote.TimeIntervalStepInput{Unit: remote.TimeIntervalStepUnit(c.interval.Unit), Value: c.interval.Value},
			Points:       &c.Points,
		},
	}
	for i, q := range c.Query {
		series := &input.DataSeries[i]
		series.Query, series.GeneratedFromCaptureGroups = q, &c.Capture
		if c.Languages {
			series.GenerationMethod = new(remote.InsightGenerationMethodLanguageStats)
		}
		if len(c.Label) > 0 {
			series.Options = &remote.LineChartDataSeriesOptionsInput{Label: &c.Label[i]}
		}
	}
	if c.Repos != "" {
		input.RepositoryScope.RepositoryCriteria = new(c.scope.String())
	}
	if c.Zone != "" {
		input.TimeScope.Zone = &c.Zone
	}
	return input
}

// printNotes prints what CaptureNotes says about the queries' capture groups, each note once.
func (c *createCommand) printNotes(s *output.Streams) {
	var said []string
	for _, text := range c.Query {
		q, err := query.Parse(text)
		if err != nil {
			continue // the server, which may have another version, has accepted it
		}
		for _, note := range q.CaptureNotes() {
			if !slices.Contains(said, note) {
				said = append(said, note)
				output.Printf(s.Err, "%s\n", note)
			}
		}
	}
}

// emptyScopes returns the scopes of the series that match no repository now. With a list of names
// (--repo) it returns none, because the server refuses unknown names.
func (c *createCommand) emptyScopes(ctx context.Context) ([]string, error) {
	var empty []string
	seen := map[string]bool{"": true}
	for _, text := range c.Query {
		q, err := query.ParseFilters(text)
		if err != nil || len(c.Repo) > 0 {
			continue // the server explains what is wrong with the query or the names
		}
		scope := c.scope.And(q.Scope()).String()
		if seen[scope] {
			continue
		}
		seen[scope] = true
		answer, err := remote.PreviewRepositories(ctx, c.Client(), scope)
		if err != nil {
			return nil, err
		}
		if answer.PreviewRepositoriesFromQuery.NumberOfRepositories == 0 {
			empty = append(empty, scope)
		}
	}
	return empty, nil
}

// explain adds to each error about a query the text of the query, with a mark under the wrong part,
// and the server's suggestion.
func (c *createCommand) explain(err error) error {
	refusal, ok := errors.AsType[*remote.Refusal](err)
	if !ok {
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

// underline returns the text and, on a second line, a mark under its part from `start` to `end`,
// which are offsets in UTF-16 code units.
func underline(text string, start, end int) string {
	units := utf16.Encode([]rune(text))
	column := func(offset int) int { return len(utf16.Decode(units[:max(0, min(offset, len(units)))])) }
	from, to := column(start), column(end)
	return "  " + output.Clean(text) + "\n  " + strings.Repeat(" ", from) + strings.Repeat("^", max(1, to-from))
}
