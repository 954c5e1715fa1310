package insightcmd

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/cmd/backsight/internal/status"
	"github.com/backsight/backsight/insights"
)

// Command is the group `backsight insight`.
type Command struct {
	Create createCommand `cmd:"" help:"Create an insight. Its backfill starts immediately."`
	List   listCommand   `cmd:"" help:"List insights, newest first."`
	Show   showCommand   `cmd:"" help:"Show the definition, the completeness and the state of an insight."`
	Points pointsCommand `cmd:"" help:"Print the points of an insight or of a series, or the samples of each repository."`
	Delete deleteCommand `cmd:"" help:"Delete an insight, and those of its series that no other insight shows."`
	Export exportCommand `cmd:"" help:"Print all points of an insight, also the archived ones, as CSV or as lines of JSON."`
}

type listCommand struct {
	remote.Flags
	Find string `help:"Only insights whose title or labels contain this text, in any case." placeholder:"TEXT"`
}

func (*listCommand) Help() string { return "Example: backsight insight list --find todo" }

func (c *listCommand) Run(ctx context.Context, s *output.Streams) error {
	list := output.NewList(s, c.JSON, "ID", "TITLE", "SERIES", "DONE", "CREATED")
	for after, more := (*string)(nil), true; more; {
		answer, err := remote.Insights(ctx, c.Client(), c.Find, after, false)
		if err != nil {
			return err
		}
		page := answer.InsightViews
		for _, one := range page.Nodes {
			var sum insights.Completeness
			for _, series := range one.DataSeries {
				sum = sum.Plus(series.Completeness.Completeness())
			}
			if err := list.Add(one, one.Id, one.Presentation.Title, strconv.Itoa(len(one.DataSeries)), fmt.Sprintf("%d%%", sum.Percent()), one.CreatedAt); err != nil {
				return err
			}
		}
		after, more = page.PageInfo.EndCursor, page.PageInfo.HasNextPage
	}
	return list.End()
}

type showCommand struct {
	remote.Flags
	ID string `arg:"" help:"The ID of the insight."`
}

func (*showCommand) Help() string { return "Example: backsight insight show 2xKq…" }

func (c *showCommand) Run(ctx context.Context, s *output.Streams) error {
	answer, err := remote.InsightByID(ctx, c.Client(), c.ID, true)
	if err != nil {
		return err
	}
	if len(answer.InsightViews.Nodes) == 0 {
		return insights.Errorf(insights.NotFound, "insight %s does not exist: `backsight insight list` lists the insights", c.ID)
	}
	insight := answer.InsightViews.Nodes[0]
	if c.JSON {
		return output.JSON(s.Out, insight)
	}
	output.Printf(s.Out, "%s\n%s, created %s", insight.Presentation.Title, insight.Id, insight.CreatedAt)
	if insight.Owner != nil {
		output.Printf(s.Out, " by %s", *insight.Owner)
	}
	output.Printf(s.Out, "\n")
	for i, series := range insight.DataSeries {
		d := insight.DataSeriesDefinitions[i]
		unit := strings.ToLower(string(d.TimeScope.Unit))
		output.Printf(s.Out, "\n%s\n  series    %s\n  query     %s\n  scope     %s\n  grid      %s, every %s until %s\n",
			series.Label, series.SeriesId, d.Query, scopeText(d.RepositoryDefinition), output.Count(d.Points, "past point", "past points"),
			output.Count(d.TimeScope.Value, unit, unit+"s"), d.Anchor)
		status.Print(s.Out, series)
	}
	return nil
}

func scopeText(scope remote.RepositoryScope) string {
	switch {
	case len(scope.Repositories) > 0:
		return strings.Join(scope.Repositories, ", ")
	case scope.Search != "":
		return scope.Search
	}
	return "every repository"
}

type deleteCommand struct {
	remote.Flags
	ID string `arg:"" help:"The ID of the insight."`
}

func (*deleteCommand) Help() string { return "Example: backsight insight delete 2xKq…" }

func (c *deleteCommand) Run(ctx context.Context, s *output.Streams) error {
	if _, err := remote.DeleteInsightView(ctx, c.Client(), c.ID); err != nil {
		return err
	}
	return output.Done(s, c.JSON, "deleted "+c.ID)
}

type exportCommand struct {
	remote.ServerFlag
	ID     string `arg:"" help:"The ID of the insight."`
	Format string `help:"csv, or json for one object per line." enum:"csv,json" default:"csv"`
}

func (*exportCommand) Help() string {
	return "Example: backsight insight export 2xKq… --format csv > todos.csv"
}

func (c *exportCommand) Run(ctx context.Context, s *output.Streams) error {
	return c.Client().Get(ctx, "/export/"+c.ID+"."+c.Format, s.Out)
}
