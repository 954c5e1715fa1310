package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/backsight/backsight/insights"
)

type insightCommand struct {
	Create insightCreate `cmd:"" help:"Create an insight; its backfill starts at once."`
	List   insightList   `cmd:"" help:"List insights, newest first."`
	Show   insightShow   `cmd:"" help:"Show an insight: definition, completeness, state."`
	Points insightPoints `cmd:"" help:"Print an insight's points, or what each repository contributed."`
	Delete insightDelete `cmd:"" help:"Delete an insight and stop its series."`
	Export insightExport `cmd:"" help:"Print an insight's points as CSV or JSON lines."`
}

// view is what the commands show of an insight.
type view struct {
	ID           string `json:"id"`
	CreatedAt    string `json:"createdAt"`
	Presentation struct {
		Title string `json:"title"`
	} `json:"presentation"`
	DataSeries  []seriesRef  `json:"dataSeries"`
	Definitions []definition `json:"dataSeriesDefinitions"`
}

type definition struct {
	SeriesID  string `json:"seriesId"`
	Query     string `json:"query"`
	TimeScope struct {
		Unit  string `json:"unit"`
		Value int    `json:"value"`
	} `json:"timeScope"`
	Points     int    `json:"points"`
	Anchor     string `json:"anchor"`
	Capture    bool   `json:"generatedFromCaptureGroups"`
	Repository struct {
		Search       string   `json:"search"`
		Repositories []string `json:"repositories"`
	} `json:"repositoryDefinition"`
}

const viewFields = `id createdAt presentation { title }
	dataSeriesDefinitions { seriesId query timeScope { unit value } points anchor generatedFromCaptureGroups
		repositoryDefinition { ... on InsightRepositoryScope { repositories } ... on RepositorySearchScope { search } } }`

// tallyOf adds up the series of a view.
func (v view) tallyOf() insights.Completeness {
	var sum insights.Completeness
	for _, s := range v.DataSeries {
		sum = sum.Plus(s.Completeness.Completeness)
	}
	return sum
}

type insightList struct {
	clientFlags
	Find string `help:"Only titles and labels with this text." placeholder:"TEXT"`
}

func (*insightList) Help() string { return "Example: backsight insight list --find todo" }

func (c *insightList) Run(ctx context.Context, s *streams) error {
	list := newListing(s, c.JSON, "ID", "TITLE", "SERIES", "DONE", "CREATED")
	variables := map[string]any{"find": c.Find}
	for {
		var answer struct {
			InsightViews struct {
				Nodes    []view   `json:"nodes"`
				PageInfo pageInfo `json:"pageInfo"`
			} `json:"insightViews"`
		}
		err := c.client().Do(ctx, `query($find: String, $after: String) { insightViews(first: 100, after: $after, find: $find) {
			nodes { `+viewFields+` dataSeries { `+seriesFields+` } } pageInfo { endCursor hasNextPage } } }`, variables, &answer)
		if err != nil {
			return err
		}
		for _, v := range answer.InsightViews.Nodes {
			if err := list.add(v, v.ID, v.Presentation.Title, strconv.Itoa(len(v.DataSeries)), fmt.Sprintf("%d%%", v.tallyOf().Percent()), v.CreatedAt); err != nil {
				return err
			}
		}
		if !answer.InsightViews.PageInfo.HasNextPage {
			break
		}
		variables["after"] = answer.InsightViews.PageInfo.EndCursor
	}
	return list.end()
}

type insightShow struct {
	clientFlags
	ID string `arg:"" help:"The insight."`
}

func (*insightShow) Help() string { return "Example: backsight insight show 2xKq…" }

func (c *insightShow) Run(ctx context.Context, s *streams) error {
	var answer struct {
		InsightViews struct {
			Nodes []view `json:"nodes"`
		} `json:"insightViews"`
	}
	err := c.client().Do(ctx, `query($id: ID!) { insightViews(id: $id) { nodes { `+viewFields+` dataSeries { `+seriesFields+` `+workflowFields+` } } } }`,
		map[string]any{"id": c.ID}, &answer)
	if err != nil {
		return err
	}
	if len(answer.InsightViews.Nodes) == 0 {
		return insights.Errorf(insights.NotFound, "insight %s does not exist: `backsight insight list` shows what there is", c.ID)
	}
	v := answer.InsightViews.Nodes[0]
	if c.JSON {
		return printJSON(s.Out, v)
	}
	fmt.Fprintf(s.Out, "%s\n%s, created %s\n", v.Presentation.Title, v.ID, v.CreatedAt)
	for i, series := range v.DataSeries {
		d := v.Definitions[i]
		fmt.Fprintf(s.Out, "\n%s\n  series    %s\n  query     %s\n  scope     %s\n  grid      %d points, every %d %s until %s\n",
			series.Label, series.ID, d.Query, scopeText(d), d.Points, d.TimeScope.Value, strings.ToLower(d.TimeScope.Unit), d.Anchor)
		printStatus(s, series)
	}
	return nil
}

func scopeText(d definition) string {
	switch {
	case len(d.Repository.Repositories) > 0:
		return strings.Join(d.Repository.Repositories, ", ")
	case d.Repository.Search != "":
		return d.Repository.Search
	}
	return "every repository"
}

type insightDelete struct {
	clientFlags
	ID string `arg:"" help:"The insight."`
}

func (*insightDelete) Help() string { return "Example: backsight insight delete 2xKq…" }

func (c *insightDelete) Run(ctx context.Context, s *streams) error {
	if err := c.client().Do(ctx, `mutation($id: ID!) { deleteInsightView(id: $id) { alwaysNil } }`, map[string]any{"id": c.ID}, nil); err != nil {
		return err
	}
	return done(s, c.JSON, "deleted "+c.ID)
}

type insightExport struct {
	Server string `help:"The running server's URL." default:"http://127.0.0.1:7080" env:"BACKSIGHT_SERVER" placeholder:"URL"`
	ID     string `arg:"" help:"The insight."`
	Format string `help:"csv or json (one object a line)." enum:"csv,json" default:"csv"`
}

func (*insightExport) Help() string {
	return "Example: backsight insight export 2xKq… --format csv > todos.csv"
}

func (c *insightExport) Run(ctx context.Context, s *streams) error {
	return clientFlags{Server: c.Server}.client().Get(ctx, "/export/"+c.ID+"."+c.Format, s.Out)
}
