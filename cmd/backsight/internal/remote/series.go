package remote

import (
	"context"
	"strings"

	"github.com/Khan/genqlient/graphql"

	"github.com/backsight/backsight/insights"
)

// FindSeries returns the series of the insight with the id, or the one series with the id. If
// `workflow` is true, it also asks the workflows of the series for their states, which needs a
// running worker and takes longer. The error has the code NotFound when nothing has the id.
func FindSeries(ctx context.Context, client graphql.Client, id string, workflow bool) ([]Series, error) {
	answer, err := SeriesByID(ctx, client, id, workflow)
	switch {
	case err != nil:
		return nil, err
	case len(answer.InsightViews.Nodes) > 0:
		return answer.InsightViews.Nodes[0].DataSeries, nil
	case answer.InsightSeries != nil:
		return []Series{*answer.InsightSeries}, nil
	}
	return nil, unknownID(id)
}

// FindSeriesNames is FindSeries for callers that need only ids and labels.
func FindSeriesNames(ctx context.Context, client graphql.Client, id string) ([]SeriesName, error) {
	answer, err := SeriesNamesByID(ctx, client, id)
	switch {
	case err != nil:
		return nil, err
	case len(answer.InsightViews.Nodes) > 0:
		return answer.InsightViews.Nodes[0].DataSeries, nil
	case answer.InsightSeries != nil:
		return []SeriesName{*answer.InsightSeries}, nil
	}
	return nil, unknownID(id)
}

func unknownID(id string) error {
	return insights.Errorf(insights.NotFound, "no insight and no series has the ID %s: `backsight insight list` lists the IDs of insights, and with --json those of their series", id)
}

// Completeness returns the tally without its rate and the time left.
func (t Tally) Completeness() insights.Completeness {
	return insights.Completeness{
		Planned: t.Planned, Counted: t.Counted, Reused: t.Reused, Absent: t.Absent, Partial: t.Partial, Failed: t.Failed, Pending: t.Pending,
	}
}

// State returns the state of the workflow in lower case, or "unknown" when no worker answered in
// time.
func (c Changed) State() string {
	if c.Workflow == nil {
		return "unknown"
	}
	return strings.ToLower(string(c.Workflow.State))
}

// Text returns the kind as people read it, such as catch-up.
func (k SeriesPlanKind) Text() string {
	return strings.ToLower(strings.ReplaceAll(string(k), "_", "-"))
}

// WithoutExtension reports whether the series neither works on an extension nor has waiting plans,
// which may be extensions. It is false when no worker answered in time.
func (c Changed) WithoutExtension() bool {
	return c.Workflow != nil && c.Workflow.WaitingPlans == 0 && (c.Workflow.Kind == nil || *c.Workflow.Kind != SeriesPlanKindExtension)
}
