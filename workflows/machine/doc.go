// Package machine decides what a series does next. It is a state machine without Temporal: a
// Machine holds the state that goes from run to run, Next returns the next Action, and the other
// methods record what happened: a command of an operator, or the result of an action.
//
// Package workflows performs the actions (activities, children, timers). It calls
//
//	for { perform(m.Next(now)) }
//
// Invariants:
//   - the tally passes insights.Completeness.Check, and equals the ledger's when no child is in
//     flight, apart from late results of abandoned searches (readTallyAfter);
//   - for a paused series, Next returns no action that launches searches; it can still cancel a
//     plan or read the tally;
//   - while a contract.Problem makes the series wait, Next returns no work on a plan;
//   - the state has a bounded size, whatever the number of repositories.
//
// The tally that goes with a plan is the tally of the whole series or, for a snapshot, the
// snapshot's own tally. The same state, command and time always give the same result: the package
// reads no clock and iterates no map. Times are arguments.
//
// The table in kinds.go holds nearly everything in this package that depends on the kind of a plan.
// The last section of docs/architecture.md says how to add a kind.
//
// Read next: state.go, next.go, commands.go, results.go.
package machine
