package api

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

// Display options bound the number of values per series, report the total number, and reduce the
// rows that the database returns.
func TestSeriesDisplayOptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plain := b.create("plain", "TODO").DataSeries[0].SeriesID
	b.settle(plain, b.plan(plain, "acme/api"), counted)
	words := input("words", `/(\w+)/`)
	words["input"].(map[string]any)["dataSeries"].([]map[string]any)[0]["generatedFromCaptureGroups"] = true
	var created struct {
		CreateLineChartSearchInsight struct{ View createdView }
	}
	b.do(&created, createMutation, words)
	series := created.CreateLineChartSearchInsight.View.DataSeries[0].SeriesID
	const values = 300
	b.settle(series, b.plan(series, "acme/api"), func(i int, s *insights.Sample) {
		counted(i, s)
		s.Values = map[string]int64{}
		for n := range values {
			s.Values[fmt.Sprintf("w%d", n)] = int64(n + 1)
		}
	})

	type list struct {
		InsightViews struct {
			Nodes []struct {
				DataSeries []struct {
					ValueCount int
					Points     []struct{ Label string }
				}
			}
		}
	}
	ask := func(options string) (got list, statements, rows int64) {
		operation := `{ insightViews` + options + ` { nodes { dataSeries { valueCount points { label } } } } }`
		b.post(operation, nil) // fills the store's cache of series keys
		before, read := b.statements.n.Load(), b.statements.rows.Load()
		b.do(&got, operation, nil)
		return got, b.statements.n.Load() - before, b.statements.rows.Load() - read
	}
	all, whole, everything := ask("")
	require.Equal(t, values, all.InsightViews.Nodes[0].DataSeries[0].ValueCount)
	require.Len(t, all.InsightViews.Nodes[0].DataSeries[0].Points, 6*values)
	require.Greater(t, everything, int64(6*values))
	some, statements, rows := ask("(seriesDisplayOptions: {limit: 10})")
	require.Equal(t, values, some.InsightViews.Nodes[0].DataSeries[0].ValueCount, "the total number includes values that are left out")
	require.Len(t, some.InsightViews.Nodes[0].DataSeries[0].Points, 6*10)
	require.Zero(t, some.InsightViews.Nodes[1].DataSeries[0].ValueCount)
	require.Len(t, some.InsightViews.Nodes[1].DataSeries[0].Points, 6, "display options do not limit a plain search")
	require.Equal(t, whole, statements, "the same statements read points and their number")
	require.Less(t, rows, int64(100))

	labels := func(options string) (labels []string) {
		var one struct {
			InsightSeries struct{ Points []struct{ Label string } }
		}
		b.do(&one, fmt.Sprintf(`{ insightSeries(id: %q, seriesDisplayOptions: %s) { points { label } } }`, series, options), nil)
		for _, p := range one.InsightSeries.Points {
			labels = append(labels, p.Label)
		}
		return labels
	}
	require.Len(t, labels(`{}`), 6*20, "the default of the schema")
	require.Equal(t, []string{"w299", "w299"}, labels(`{limit: 1, numSamples: 2}`))
	require.Equal(t, []string{"w0"}, labels(`{limit: 1, numSamples: 1, sortOptions: {mode: RESULT_COUNT, direction: ASC}}`))
	require.Equal(t, []string{"w0", "w1", "w2"}, labels(`{limit: 3, numSamples: 1, sortOptions: {mode: LEXICOGRAPHICAL, direction: ASC}}`))
	require.Equal(t, []string{"w0", "w1", "w10"}, labels(`{limit: 3, numSamples: 1, sortOptions: {mode: DATE_ADDED, direction: ASC}}`), "all values were added at the same time")

	b.refused(insights.Invalid, `{ insightViews(seriesDisplayOptions: {limit: 0}) { nodes { id } } }`, nil)
	b.refused(insights.Invalid, `{ insightViews(seriesDisplayOptions: {limit: 1001}) { nodes { id } } }`, nil)
	b.refused(insights.Invalid, `{ insightSeries(id: "x", seriesDisplayOptions: {numSamples: 0}) { label } }`, nil)
}
