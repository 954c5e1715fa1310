package historycmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// In a query about commits, lang: and file: select the commits that change a file of this language
// or path: at sample times and with --every commit, with and without an index.
func TestRun_FiltersOnFilesOfCommits(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	one := func(path, content string) testgit.Commit {
		return testgit.Commit{Message: path, Changes: []testgit.Change{{Path: path, Content: content}}}
	}
	const c, cpp = "#include <stdio.h>\nint f(void);\n", "#include <string>\nclass A { public: std::string s; };\nusing namespace std;\n"
	commits := []testgit.Commit{
		one("main.go", "package main\n"), one("LICENSE", "MIT\n"), one("OWNERS", "ann\n"), one("Makefile", "all:\n"), one("x.spec", "Name: x\nVersion: 1\n%description\n%build\nmake\n"),
		one("run", "#!/bin/sh\necho\n"), one("tool", "#!/usr/bin/env python\nprint(1)\n"), one("a.py", "print(1)\n"), one("tool", "#!/usr/bin/env python\nprint(2)\n"),
		one("f.h", c), one("g.h", cpp), one("tool", "#!/bin/sh\necho\n"), one("copy", "#!/usr/bin/env python\nprint(1)\n"), one("copy.txt", "#!/usr/bin/env python\nprint(1)\n"),
		{Message: "gone", Changes: []testgit.Change{{Path: "a.py", Delete: true}}},
		{Message: "side", Parents: []int{0}, Changes: []testgit.Change{{Path: "b.py", Content: "print(3)\n"}}},
		{Message: "merge", Parents: []int{14, 15}, Changes: []testgit.Change{{Path: "b.py", Content: "print(3)\n"}}},
		{Message: "empty"},
	}
	repo.Import(t, "main", true, commits...)
	indexes := filepath.Join(t.TempDir(), "indexes")
	for _, row := range []struct {
		query string
		paths []string // whose changes git log lists
		want  []string // subjects, oldest first
	}{
		{"lang:go", []string{"*.go"}, []string{"main.go"}},
		{"lang:python", []string{"*.py", "tool", "copy"}, []string{"tool", "a.py", "tool", "tool", "copy", "gone", "merge"}},
		{"lang:c", []string{"f.h"}, []string{"f.h"}},
		{"lang:c++", []string{"g.h"}, []string{"g.h"}},
		{`file:\.py$`, []string{"*.py"}, []string{"a.py", "gone", "merge"}},
		{`lang:python file:\.py$`, []string{"*.py"}, []string{"a.py", "gone", "merge"}},
		{"lang:ruby", []string{"*.rb"}, nil},
		{"lang:python gone", nil, []string{"gone"}},
		{"-lang:python -lang:shell", nil, []string{"main.go", "LICENSE", "OWNERS", "Makefile", "x.spec", "f.h", "g.h", "copy.txt", "empty"}},
		{"lang:shell OR lang:go", nil, []string{"main.go", "run", "tool"}},
	} {
		if row.paths != nil {
			args := append([]string{"log", "--first-parent", "-m", "--no-renames", "--reverse", "--format=%s", "main", "--"}, row.paths...)
			require.Equal(t, strings.Join(row.want, "\n"), repo.Git(t, args...), row.query)
		}
		for _, index := range []string{"", indexes} {
			o := options{Repositories: []string{repo.Dir}, JSON: true, Indexes: index, Query: "type:commit " + row.query, At: []string{"2024-07-01"}}
			out, status, err := run(t, o)
			require.NoError(t, err)
			require.Zero(t, status, out)
			require.EqualValues(t, len(row.want), decode(t, out)[0]["value"], row.query)
			o.At, o.Every = nil, "commit"
			out, status, err = run(t, o)
			require.NoError(t, err)
			require.Zero(t, status, out)
			var got []string
			for _, line := range decode(t, out) {
				got = append([]string{line["subject"].(string)}, got...)
			}
			require.Equal(t, row.want, got, row.query)
		}
	}
	for query, want := range map[string]int{
		"lang:python print": 7, "lang:shell echo": 2, "-lang:python print": 1, "lang:c class": 0, "lang:c++ class": 1, "lang:go print": 0,
	} {
		out, _, err := run(t, options{Repositories: []string{repo.Dir}, JSON: true, Query: "type:diff " + query, At: []string{"2024-07-01"}})
		require.NoError(t, err)
		require.EqualValues(t, want, decode(t, out)[0]["value"], query)
	}
}
