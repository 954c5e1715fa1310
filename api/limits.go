package api

import (
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
)

// Limits of one request. A unit of complexity is about one value in the response. The page's
// largest query, 50 views with all their points, costs about 54,000 units.
const (
	maxComplexity = 200_000
	maxDepth      = 12      // of nested fields
	maxFields     = 2_000   // of a document; the page's largest query has 89
	maxTokens     = 5_000   // of the text of a document
	maxPage       = 200     // elements of a connection's page
	defaultPage   = 50      // the schema's default
	maxBody       = 4 << 20 // bytes of a request's body: several queries of query.MaxLength
)

// complexityWeights sets the number of elements that each list adds to a request's complexity.
// Lists without an argument for their size count with a typical size: 3 series for a view, 20
// points for a series.
func complexityWeights(c *generated.ComplexityRoot) {
	c.Query.InsightViews = func(child int, first *int, _ *string, id *string, _ *string, _ *generated.SeriesDisplayOptionsInput) int {
		if id != nil {
			return 1 + child
		}
		return 1 + pageSize(first)*child
	}
	c.Query.Repositories = func(child int, first *int, _, _ *string) int { return 1 + pageSize(first)*child }
	c.Query.RepositoryGrants = func(child int, first *int, _, _, _ *string) int { return 1 + pageSize(first)*child }
	c.InsightView.DataSeries = func(child int) int { return 3 * child }
	c.InsightView.DataSeriesDefinitions = func(child int) int { return 3 * child }
	c.InsightsSeries.Points = func(child int, _, _ *time.Time, _, _ *string) int { return 20 * (1 + child) }
	c.InsightsSeries.Samples = func(child int, first *int, _ *string, _ *generated.SampleFilter, _ []string) int {
		return 10 + pageSize(first)*child // 10: one SQL statement for each series
	}
	c.InsightsSeries.Plans = func(child int, first *int) int { return 10 + pageSize(first)*child }
	c.SeriesPlan.Times = func(child int) int { return 20 }
	c.InsightsSeries.Notices = func(child int) int { return 10 + 5*child }
	c.Sample.Values = func(child int) int { return 10 * (1 + child) }
	c.Query.Settings = func(child int) int { return 20 * child }
	c.InsightsSeries.Reasons = func(child int) int { return 10 + 5*child }
	// a round trip through a worker
	c.InsightsSeries.Workflow = func(child int) int { return 20 + child }
}

func pageSize(first *int) int {
	if first == nil {
		return defaultPage
	}
	return max(*first, 0)
}

// checkPage returns the page size, or an Invalid error that names the limit.
func checkPage(first *int) (int, error) {
	n := pageSize(first)
	if n < 1 || n > maxPage {
		return 0, insights.Errorf(insights.Invalid, "first: %d: must be between 1 and %d; to read more, pass pageInfo.endCursor in the argument `after`", n, maxPage)
	}
	return n, nil
}
