// Package worker runs Backsight's workflows and activities in this process. It connects them to
// their task queues, applies the settings to limits and schedules, and starts and stops the
// workflows of series that the API wrote.
//
// Invariants:
//   - Any number of processes may run at the same time with one Temporal namespace and one
//     database.
//   - A series in the database has a workflow within seconds, even if the API crashed between its
//     transaction and the start of the workflow (reconcile.go).
//   - A worker that is asked to stop interrupts its searches immediately, so that other workers can
//     continue them, and has stopped within StopTimeout.
//
// Non-goals: the work itself (activities, workflows), starting Postgres or Temporal
// (internal/devstack). Read next: run.go.
package worker
