// Package gitrepo reads git repositories and keeps mirrors of remote ones, by running the git
// binary. It reads two things itself, without a git process: most objects in packs
// (internal/packfile), because a history search spends most of its time there; and refs and short
// histories of plain repositories (plain.go, plaincommits.go), because an installation has tens of
// thousands of them.
//
// All facts that Backsight knows about a repository come from this package: the default branch, the
// first-parent history, and the contents of trees and blobs. [AsOf] returns the commit at a time T,
// by the rule of `git rev-list -1 --first-parent --before=T`.
//
// Invariants:
//   - Only the function command in run.go starts git. It removes GIT_* from the environment. When
//     git only reads, command hides the configuration of the user and of the machine from it. git
//     never prompts, and command kills it when the context ends. A repository that is only read is
//     never written to.
//   - Reading never uses the network. Missing objects of a partial clone are reported as missing;
//     git does not fetch them (run.go, partialclone.go).
//   - What this package reads without git equals what git would return. git reads everything that
//     is unusual or damaged.
//   - refs/replace is ignored: the content of a commit is the content that its id names.
//   - For a damaged object, callers get a [Problem] or an error, never wrong bytes.
//
// Non-goals: this is not a general git library. It has no index, no work tree, and writes no
// objects.
//
// Read next: repo.go, commits.go, objects.go; then internal/packfile, and package search/history.
package gitrepo
