package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// example stands in for the testing.T that testgit expects.
type example struct{}

func (example) Helper()                           {}
func (example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// newRepository writes a repository with three commits, a day apart.
func newRepository(dir string) *gitrepo.Repo {
	repo := testgit.Init(example{}, filepath.Join(dir, "repo.git"), "sha1")
	for day, files := range []map[string]string{
		{"main.go": "// TODO: start\n"},
		{"main.go": "// TODO: start\n// TODO: stop\n", "old.go": "// TODO: delete\n"},
		{"main.go": "package main\n"},
	} {
		repo.Commit(example{}, testgit.Epoch.AddDate(0, 0, day), files)
	}
	opened, err := gitrepo.Open(context.Background(), repo.Dir)
	if err != nil {
		panic(err)
	}
	return opened
}

func compiled(text string) *match.Matcher {
	q, err := query.Parse(text)
	if err != nil {
		panic(err)
	}
	m, err := match.Compile(q, match.Options{})
	if err != nil {
		panic(err)
	}
	return m
}

// commitsOf lists the commits of the default branch, newest first.
func commitsOf(repo *gitrepo.Repo) []gitrepo.Commit {
	_, tip, err := repo.DefaultBranch(context.Background())
	if err != nil {
		panic(err)
	}
	commits, err := repo.FirstParentsSince(context.Background(), tip, time.Time{})
	if err != nil {
		panic(err)
	}
	return commits
}

func ExampleSearch() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	repo := newRepository(dir)
	dates := map[gitrepo.OID]string{}
	var stats history.Stats
	request := history.Request{Repo: repo, Matcher: compiled("TODO lang:go"), Stats: &stats}
	for _, c := range commitsOf(repo) {
		request.Commits = append(request.Commits, c.ID)
		dates[c.ID] = c.Time.UTC().Format(time.DateOnly)
	}
	err = history.Search(context.Background(), request, func(r history.Result) error {
		fmt.Println(dates[r.Commit], r.Value)
		return nil
	})
	if err != nil {
		panic(err)
	}
	fmt.Println("files read:", stats.Blobs)
	// Output:
	// 2024-02-02 1
	// 2024-02-01 3
	// 2024-01-31 1
	// files read: 4
}

func ExampleSearchCommits() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	repo := newRepository(dir)
	request := history.CommitRequest{Repo: repo, Matcher: compiled("type:diff select:commit.diff.removed TODO"), Chain: commitsOf(repo)}
	week, ok := history.Between(request.Chain, testgit.Epoch.AddDate(0, 0, -1), testgit.Epoch.AddDate(0, 0, 7))
	if !ok {
		panic("there is no commit")
	}
	request.Intervals = []history.Interval{week}
	err = history.SearchCommits(context.Background(), request, func(r history.Result) error {
		fmt.Println("commits that removed a TODO:", r.Value)
		return nil
	})
	if err != nil {
		panic(err)
	}
	// Output:
	// commits that removed a TODO: 1
}
