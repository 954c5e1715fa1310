// Package gitrepo reads git repositories and keeps mirrors of remote ones, with git's own binary. Two things it reads by
// itself: the bulk of objects from packs (internal/packfile), because that is where a history search spends its time; and refs
// and short histories of plain repositories (plain.go, plaincommits.go), because there are tens of thousands of them.
//
// What it is for: every fact that Backsight knows about a repository comes through here: the default branch, the
// first-parent history, and trees and blobs as streams. It answers "which commit was it at time T" ([AsOf]) with the
// rule that `git rev-list -1 --first-parent --before=T` follows.
//
// Invariants:
//   - One function starts git (run.go). It strips GIT_* from the environment, ignores the user's and the machine's
//     configuration when reading, never prompts, never writes to a repository that it only reads, and ends git when
//     the context ends.
//   - Reading never touches the network. A partial clone's missing objects are reported as missing; they are not
//     fetched one by one behind the caller's back (run.go, shadow.go).
//   - What is read without git is what git would say; whatever is unusual or looks wrong is left to git.
//   - refs/replace is ignored: a commit's content is what its id names.
//   - A damaged repository yields a [Problem] for the object that is damaged, or an error. It never yields wrong bytes.
//
// Non-goals: a git library. There is no index, no work tree and no writing of objects.
//
// Read next: repo.go, commits.go, objects.go; then internal/packfile, and package search/history.
package gitrepo
