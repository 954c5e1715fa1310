// Package worker runs Backsight's workflows and activities in this process: it wires them to their task queues, keeps
// limits and schedules at what the settings say, and starts and stops the workflows of series that the API wrote.
//
// Invariants:
//   - any number of processes may run at the same time against one Temporal namespace and one database;
//   - a series that is in the database has a workflow within seconds, whoever died between the two writes (reconcile.go);
//   - a worker that is told to stop hands its work back at once, and has stopped within StopTimeout.
//
// Non-goals: what the work is (activities, workflows), starting Postgres or Temporal (internal/devstack). Read next: run.go.
package worker
