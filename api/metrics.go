package api

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/backsight/backsight/insights"
)

// measures counts responses by kind of operation and error code, and measures their duration.
// Operation names are not a label, because clients choose them freely. Each event of a stream
// counts as a response; streams are not timed, because the time between events has no meaning.
type measures struct {
	answers *prometheus.CounterVec
	seconds *prometheus.HistogramVec
}

// newMeasures registers the metrics, unless registry is nil.
func newMeasures(registry *prometheus.Registry) measures {
	m := measures{
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "backsight_graphql_answers_total", Help: "GraphQL responses by kind of operation and by the code of their first error; ok without an error.",
		}, []string{"kind", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "backsight_graphql_seconds", Help: "Duration of GraphQL queries and mutations.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
		}, []string{"kind"}),
	}
	if registry != nil {
		registry.MustRegister(m.answers, m.seconds)
	}
	return m
}

// unknownKind is the kind of an operation that could not be read.
const unknownKind = "unknown"

// refused counts a request that the GraphQL engine never got.
func (m measures) refused() { m.answers.WithLabelValues(unknownKind, string(insights.Invalid)).Inc() }

// around is middleware of the GraphQL engine.
func (m measures) around(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	started := time.Now()
	response := next(ctx)
	kind := unknownKind
	if graphql.HasOperationContext(ctx) {
		if op := graphql.GetOperationContext(ctx).Operation; op != nil {
			kind = string(op.Operation)
		}
	}
	if response == nil { // the end of a stream
		return nil
	}
	code := "ok"
	if len(response.Errors) > 0 {
		code, _ = response.Errors[0].Extensions["code"].(string)
	}
	m.answers.WithLabelValues(kind, code).Inc()
	if kind != string(ast.Subscription) {
		m.seconds.WithLabelValues(kind).Observe(time.Since(started).Seconds())
	}
	return response
}
