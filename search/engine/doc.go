// Package engine computes the samples of one repository: it finds their commits, searches the
// repository at these commits, and judges the samples. To judge a sample is to decide its outcome,
// reason code, reason text and value.
//
// The worker (package activities) and `backsight history` must judge a sample alike, so the rules
// for that are only in this package: when a sample is absent, which samples share one search, how a
// limit or a damaged object changes an outcome, and which outcome samples get if their repository
// cannot be searched.
//
// Invariants: samples that need no search are judged first, then the others in groups (see Group),
// newest group first, each group as soon as its value is known. No sample is judged twice. If a
// search ends early, the samples that were judged until then are correct.
//
// Non-goals: storing samples, limiting how many searches run at once, retrying, and fetching.
// Search reads what is on this machine; callers must bring a mirror up to date first.
//
// Another search backend can take the place of git on disk: it implements Commits and Searcher.
// Repo is the implementation over gitrepo and search/history.
//
// Read next: question.go, search.go, judge.go, repo.go.
package engine
