// Package worker runs Backsight's workflows and activities in this process. It connects them to
// their task queues, applies the settings to limits and schedules, starts the workflows of new
// series, and stops those of deleted series.
//
// Invariants:
//   - Any number of worker processes may run at the same time with one Temporal namespace and one
//     database.
//   - While Temporal and Postgres answer, a new series gets its workflow within seconds, even if
//     the API crashed between its transaction and the start of the workflow (reconcile.go).
//   - A worker that is asked to stop interrupts its searches immediately, so that other workers can
//     continue them, and has stopped within StopTimeout.
//
// Non-goals: the work itself (activities, workflows), starting Postgres or Temporal
// (internal/devstack). Read next: run.go.
package worker
