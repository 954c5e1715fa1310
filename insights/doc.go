// Package insights is the domain of Backsight. It defines what a series is, at which times it is
// sampled, how a sample can end, and what "complete" means.
//
// Invariants:
//   - The times of a series' grid are computed from its anchor (Grid). They never depend on the
//     wall clock or on each other, so a plan that is made tomorrow has the same times. Only the
//     time of a snapshot comes from the clock.
//   - Every planned sample has exactly one Outcome at any time, and Completeness.Planned always
//     equals the sum of its parts.
//   - An error that users may see has a Code and a Message (Error). Any other error is internal.
//
// Non-goals: storage, searching, Temporal. The package imports no other package of this module, so
// every package can use its types. Read next: docs/architecture.md, then package workflows.
package insights
