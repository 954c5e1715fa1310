// Package conformance checks that Backsight's numbers are git's numbers on odd repositories, texts
// and queries. It contains tests only.
//
// A fixture is a repository that a test builds with git, and the checks on it. A check is a query
// and its right answer at each commit. Most right answers come from git itself (`git grep`,
// `git ls-tree`, `git log`); the others are stated rules of docs/query-syntax.md. A fixture and one
// of its checks are a case: a row of docs/conformance.md.
//
// Each case is run as `backsight history` in this process: without an index, with an index, with an
// index that was made before the last commits or before the damage, and with `--every commit`.
// `make test` does this for half of the repositories, in two of these ways. `make conformance` does
// it for all of them, also runs the built program, and registers all repositories on a server that
// computes a series for each query. It then writes docs/conformance.md.
//
// The field `open` of a check marks a case that is known to fail: it names the row of the issue
// that will fix it. If such a case passes, the test fails, so that somebody removes the mark.
//
// Read next: suite_test.go for the types, truth_test.go for the ways to ask git, and one of the
// cases_*_test.go files. To add a case, add a check to a fixture or a fixture to one of these
// files, and run `make conformance`.
package conformance
