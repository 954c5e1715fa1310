// Package telemetry exports what operators need to know: Prometheus metrics of the domain
// (metrics.go) and OpenTelemetry traces (traces.go). docs/operations.md has a table of all metrics.
// A test checks that the table equals what a running installation exports, and that the dashboard
// and the alert rules use only exported metrics. To settle a sample means to give it an outcome
// other than pending.
//
// Invariants:
//   - A nil *Metrics counts nothing, so callers need no metrics in their own tests.
//   - Labels have few values, all known beforehand: no series, repository, commit or query.
//   - Every metric is exported from the start, with the value 0, so rules never miss a metric.
//   - Without an endpoint there are no traces, and a span costs nothing.
//
// Non-goals: the metrics of the Temporal SDK (worker/metrics.go) and of GraphQL (api/metrics.go);
// logs (log/slog).
//
// Read next: metrics.go.
package telemetry
