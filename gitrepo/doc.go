// Package gitrepo reads git repositories and keeps mirrors of remote ones, by running the git
// binary. It reads two things itself, without a git process: most objects (internal/packfile,
// loose.go), because a history search spends most of its time reading them; and refs and short
// histories of plain repositories (plain.go, plaincommits.go), because an installation may have
// tens of thousands of plain repositories. A plain repository has SHA-1 ids and an ordinary
// configuration; it is neither shallow nor a linked work tree.
//
// All facts that Backsight reads from a repository come from this package: the default branch, the
// first-parent history, and the contents of trees and blobs. [AsOf] returns the commit at a time T,
// by the rule of `git rev-list -1 --first-parent --before=T`.
//
// Invariants:
//   - Only the function command in run.go starts git. It removes GIT_* variables from git's
//     environment; for a fetch, it keeps those that configure access to remotes. When git only
//     reads, it uses neither the user's nor the machine's configuration. git never prompts, and is
//     killed when the context ends. A repository that is only read is never written to.
//   - Reading never uses the network. Missing objects of a partial clone are reported as missing;
//     git does not fetch them (run.go, partialclone.go).
//   - What this package reads without git equals what git would return. It leaves to git what it
//     does not know how to read.
//   - Replace refs and grafts are ignored: the content and the parents of a commit are those that
//     its id names, as the commit was pushed. [Repo.Unapplied] says whether there are any.
//   - For a damaged object, callers get a [Problem] or an error, never wrong bytes. What is read
//     from a loose object, or through a git process, must have the hash that its id names:
//     catfile.go and loose.go verify objects, looseid.go verifies the commits of a walk. git itself
//     verifies only the commit that a walk starts from. Hashing takes less than 1 ns per byte, a
//     tenth of the time that git takes to hand out the bytes. What is read from a pack without git
//     must have the checksum of its compressed form (zlib's Adler-32) and the size that the pack
//     states, but is not hashed, so that a search of packs, the usual case, stays fast. `git fsck`
//     finds a pack whose index names other objects than the pack holds.
//   - A ref that is damaged or lost is an error, and never counts as absent (branch.go).
//
// Non-goals: this is not a general git library. It does not handle the index or the files of a work
// tree, and writes no objects.
//
// Read next: repo.go, branch.go, commits.go, objects.go; then internal/packfile, and package
// search/history.
package gitrepo
