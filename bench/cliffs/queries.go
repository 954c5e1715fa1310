package main

import (
	"strings"
	"time"
)

// A search is a query of Backsight, and the command of git that searches for the same.
type search struct {
	name  string
	query string
	flags []string // of `backsight history`
	// git are the arguments of git. If perCommit is set, the commits of the samples follow them.
	git       []string
	perCommit bool
	indexed   bool // an index can help
}

func searches() []search {
	yearly := []string{"--every", "1year", "--points", "30", "--until", time.Now().UTC().Format(time.DateOnly)}
	log := func(args ...string) []string {
		return append([]string{"log", "--first-parent", "-m", "--no-renames", "--format=%H"}, args...)
	}
	grep := func(args ...string) []string {
		return append([]string{"-c", "core.deltaBaseCacheLimit=1g", "grep", "--threads=1", "-I"}, args...)
	}
	words := strings.Join(words(), "|")
	return []search{
		{name: "diff-dense", query: `type:diff case:yes /\w+/`, flags: yearly, git: log("--perl-regexp", `-G\w+`)},
		{name: "diff-literal", query: `type:diff case:yes TODO`, flags: yearly, git: log("-GTODO")},
		{name: "values", query: `case:yes /(\w+)/`, flags: append([]string{"--by-value"}, yearly...), git: grep("-h", "-o", "-P", "-e", `\w+`), perCommit: true, indexed: true},
		{name: "one-file", query: `file:^README.md$ case:yes TODO`, flags: []string{"--every", "commit"}, git: log("HEAD", "--", "README.md"), indexed: true},
		{name: "every-rune", query: `case:yes /./`, flags: []string{"--every", "commit"}, git: log("-G."), indexed: true},
		{name: "words", query: "case:yes /" + words + "/", flags: yearly, git: grep("-c", "-P", "-e", words), perCommit: true, indexed: true},
	}
}

// words returns 200 words that occur in source code.
func words() (all []string) {
	for _, verb := range strings.Fields("get set new is has add del put read write open close find list init free copy move push pop") {
		for _, noun := range strings.Fields("Name Key Value Size Count Type List Node File Time") {
			all = append(all, verb+noun)
		}
	}
	return all
}
