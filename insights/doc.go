// Package insights is the domain of Backsight. It defines what a series is, at which times it is
// sampled, how a sample can end, and what "complete" means.
//
// Invariants:
//   - Sample times are computed from a series' anchor (Grid). They never depend on the wall clock
//     or on each other, so a retry tomorrow plans the same times.
//   - Every planned sample ends in exactly one Outcome, and Completeness.Planned always equals the
//     sum of its parts.
//   - An error that users may see has a Code and a Message (Error). Any other error is internal.
//
// Non-goals: storage, searching, Temporal. The package imports no other package of this module, so
// every package can use its types. Read next: docs/architecture.md, then package workflows.
package insights
