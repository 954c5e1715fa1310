// Package testgit makes small git repositories for tests, in milliseconds: one `git fast-import` writes a whole history,
// with dates, merges, symbolic links, submodules and file names that no person would choose. It can also do what no git
// command does: remove or damage a stored object.
//
// Invariants: nothing of the machine's or the user's configuration has an influence, no process outlives the call that
// started it, and the same calls give the same commit ids everywhere.
//
// It knows nothing of package gitrepo, so that gitrepo's own tests can use it; ids are plain strings.
//
// Read next: repo.go, import.go, damage.go.
package testgit
