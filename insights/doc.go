// Package insights is the domain of Backsight: what a series is, at which instants it is sampled, how a
// sample can end, and what "complete" means.
//
// Invariants:
//   - sample times are computed from a series' anchor, never from the wall clock and never chained, so that a
//     retry tomorrow plans the same instants (Grid);
//   - every planned sample ends in exactly one Outcome, and Completeness.Planned is the sum of its parts at
//     every moment;
//   - an error that a person may see has a Code and a Message (Error); anything else is internal.
//
// Non-goals: no storage, no searching, no Temporal. The package imports nothing of this module, so that every
// other package can speak its words. Read next: docs/architecture.md, then package workflows.
package insights
