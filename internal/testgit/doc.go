// Package testgit creates small git repositories for tests, in milliseconds: one `git fast-import`
// writes a whole history with dates, merges, symbolic links, submodules and unusual file names. The
// package can also remove or damage any stored object, which no git command does.
//
// Invariants: git ignores the configuration of the machine and of the user. No process outlives the
// call that started it. The same calls give the same commit ids on every machine.
//
// This package does not import gitrepo, so gitrepo's own tests can use it. Therefore ids are plain
// strings.
//
// Read next: repo.go, import.go, damage.go.
package testgit
