package api

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
)

// measure counts answers by kind of operation and outcome, and how long they took. Names of operations are the client's
// choice and therefore no label. A frame of a stream counts with the time since the frame before it, which says nothing: streams
// are counted and not timed.
func measure(registry prometheus.Registerer) graphql.ResponseMiddleware {
	answers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "backsight_graphql_answers_total", Help: "GraphQL answers by kind of operation and by the code of their first error, ok without one.",
	}, []string{"kind", "code"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "backsight_graphql_seconds", Help: "Time to answer queries and mutations.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8),
	}, []string{"kind"})
	registry.MustRegister(answers, seconds)
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		started := time.Now()
		response := next(ctx)
		kind := "unknown" // a request that could not be read
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
		answers.WithLabelValues(kind, code).Inc()
		if kind != string(ast.Subscription) {
			seconds.WithLabelValues(kind).Observe(time.Since(started).Seconds())
		}
		return response
	}
}
