// Package gitrepo reads git repositories and keeps mirrors of remote ones, by running the git
// binary. It reads two things itself, without a git process: most objects (internal/packfile,
// loose.go), because a history search spends most of its time reading them; and refs and short
// histories of plain repositories (plain.go, plaincommits.go), because an installation may have
// tens of thousands of plain repositories. A plain repository has SHA-1 ids and an ordinary
// configuration; it is neither shallow nor a linked work tree.
//
// Every fact about a repository that Backsight uses comes from this package: the default branch,
// the first-parent history, and the contents of trees and blobs. [AsOf] returns the commit at a
// time T, by the rule of `git rev-list -1 --first-parent --before=T`.
//
// Invariants:
//   - Only the function command in run.go starts git. It removes GIT_* variables from git's
//     environment, except those that configure access to remotes when git fetches. When git only
//     reads, it uses neither the user's nor the machine's configuration. git never prompts, and is
//     killed when the context ends. A repository that is only read is never written to.
//   - Reading never uses the network. Missing objects of a partial clone are reported as missing;
//     git does not fetch them (run.go, partialclone.go).
//   - What this package reads without git equals what git would return. git reads everything that
//     is unusual or damaged.
//   - refs/replace is ignored: the content of a commit is the content that its id names.
//   - For a damaged object, callers get a [Problem] or an error, never wrong bytes.
//   - A ref that is damaged or lost is an error, and never counts as absent (branch.go).
//
// Non-goals: this is not a general git library. It does not handle the index or the files of a work
// tree, and writes no objects.
//
// Read next: repo.go, branch.go, commits.go, objects.go; then internal/packfile, and package
// search/history.
package gitrepo
