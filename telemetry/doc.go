// Package telemetry is what Backsight tells operators about itself: Prometheus metrics of the domain (metrics.go) and
// OpenTelemetry traces (traces.go). docs/operations.md has the table of all metrics; a test holds it, the dashboard and the
// alert rules equal to what a running installation exports.
//
// Invariants:
//   - a nil *Metrics counts nothing, so that what is measured needs no metrics in its own tests;
//   - labels have few values, all known beforehand: no series, repository, commit or query;
//   - every metric is exported from the start, with 0, so that a rule on it never meets a gap;
//   - without an endpoint there are no traces, and a span costs nothing.
//
// Non-goals: the metrics of the Temporal SDK (worker/metrics.go) and of GraphQL (api/metrics.go); logs (log/slog).
// Read next: metrics.go.
package telemetry
