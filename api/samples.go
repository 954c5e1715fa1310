package api

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// Samples lists a series' samples, newest time first. Costs one SQL statement for the samples, one
// for their repositories, and one or two more each for values, totalCount, and a pattern of
// repository names in the filter.
func (r *seriesResolver) Samples(ctx context.Context, s *model.InsightsSeries, first *int, after *string, filter *generated.SampleFilter, values []string) (*generated.SampleConnection, error) {
	limit, err := checkPage(first)
	if err != nil {
		return nil, err
	}
	selected := sampleFilter(s.SeriesID, filter)
	selected.Limit, selected.Viewer = limit+1, viewer(ctx)
	if after != nil {
		if selected.After, err = decodeSampleCursor(*after); err != nil {
			return nil, err
		}
	}
	samples, err := r.config.Store.Samples.List(ctx, selected)
	if err != nil {
		return nil, err
	}
	connection := &generated.SampleConnection{}
	samples, connection.PageInfo = endPage(samples, limit, func(s store.LedgerSample) string {
		return encodeCursor("sample", s.Time.UTC().Format(time.RFC3339Nano), strconv.FormatInt(s.RepositoryID, 10))
	})
	if s.Series.Method.ByValue() && asksFor(ctx, "nodes", "values") {
		if err := r.config.Store.Samples.AddValues(ctx, s.SeriesID, samples, values); err != nil {
			return nil, err
		}
	}
	ids := make([]int64, len(samples))
	for i, sample := range samples {
		ids[i] = sample.RepositoryID
	}
	repositories, err := r.config.Store.Repositories.ByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	connection.Nodes = make([]*generated.Sample, len(samples))
	for i, sample := range samples {
		connection.Nodes[i] = sampleModel(sample.Sample, repositories[sample.RepositoryID])
	}
	if asksFor(ctx, "totalCount") {
		n, err := r.config.Store.Samples.Count(ctx, selected)
		if err != nil {
			return nil, err
		}
		connection.TotalCount = int(n)
	}
	return connection, nil
}

func sampleFilter(seriesID string, in *generated.SampleFilter) store.SampleFilter {
	filter := store.SampleFilter{SeriesID: seriesID}
	if in == nil {
		return filter
	}
	filter.Time, filter.RepoPattern = in.Time, orEmpty(in.Repository)
	for _, o := range in.Outcomes {
		filter.Outcomes = append(filter.Outcomes, insights.Outcome(strings.ToLower(string(o))))
	}
	return filter
}

func decodeSampleCursor(cursor string) (*store.SampleCursor, error) {
	parts, err := decodeCursor("sample", cursor, 2)
	if err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "after: the cursor holds no time: %s", parts[0])
	}
	id, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "after: the cursor holds no repository: %s", parts[1])
	}
	return &store.SampleCursor{Time: at, RepositoryID: id}, nil
}

func sampleModel(s insights.Sample, repository store.Repository) *generated.Sample {
	m := &generated.Sample{
		Repository: repositoryModel(repository), DateTime: s.Time, Outcome: generated.SampleOutcome(strings.ToUpper(string(s.Outcome))),
		Attempts: s.Attempts, DurationSeconds: s.Duration.Seconds(),
		Commit: orNil(s.Commit),
		Values: make([]*generated.SampleValue, 0, len(s.Values)),
	}
	for _, label := range slices.SortedFunc(maps.Keys(s.Values), insights.CompareLabels) {
		m.Values = append(m.Values, &generated.SampleValue{Label: label, Value: float64(s.Values[label])})
	}
	if s.Outcome != insights.Pending { // a retry keeps the reason of the earlier outcome
		m.ReasonCode, m.Reason = orNil(string(s.Code)), orNil(s.Reason)
	}
	if s.Outcome != insights.Pending && s.Outcome != insights.Failed {
		m.Value = &s.Value
	}
	return m
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Reasons groups the partial and failed samples by outcome and reason code.
func (r *seriesResolver) Reasons(ctx context.Context, s *model.InsightsSeries) ([]*generated.SampleReason, error) {
	reasons, err := r.config.Store.Samples.Reasons(ctx, s.SeriesID, viewer(ctx))
	if err != nil {
		return nil, err
	}
	models := make([]*generated.SampleReason, len(reasons))
	for i, reason := range reasons {
		models[i] = &generated.SampleReason{
			Outcome:    generated.SampleOutcome(strings.ToUpper(string(reason.Outcome))),
			ReasonCode: string(reason.Code), Count: int(reason.Count), Example: reason.Example,
		}
	}
	return models, nil
}
