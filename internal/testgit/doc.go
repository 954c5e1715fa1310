// Package testgit creates small git repositories for tests, in milliseconds: one `git fast-import`
// writes a whole history with dates, merges, symbolic links, submodules and unusual file names. It
// can also do what no git command does: remove or damage a stored object.
//
// Invariants: the configuration of the machine and of the user has no influence. No process
// outlives the call that started it. The same calls give the same commit ids on every machine.
//
// It does not import package gitrepo, so gitrepo's own tests can use it; ids are plain strings.
//
// Read next: repo.go, import.go, damage.go.
package testgit
