package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/backsight/backsight/bench/process"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// explain counts each file of a commit with the plain matcher (package match without the engine)
// and with git, and lists the files whose counts differ, each with its reason. It returns false if
// the reason for a file is not known, or if the plain matcher's counts do not add up to the value
// of the sample.
func explain(ctx context.Context, q process.Query, s process.Sample) (bool, error) {
	parsed, err := query.Parse(q.Backsight)
	if err != nil {
		return false, err
	}
	m, err := match.Compile(parsed, match.Options{})
	if err != nil {
		return false, err
	}
	byGit, err := filesByGit(ctx, q.Git, s)
	if err != nil {
		return false, err
	}
	tree, err := process.Git(ctx, s.Repository, "ls-tree", "-r", "-z", "--full-tree", s.Commit)
	if err != nil {
		return false, err
	}
	explained, sum, sumGit := true, int64(0), int64(0)
	for line := range strings.SplitSeq(string(tree.Stdout), "\x00") {
		head, path, ok := strings.Cut(line, "\t")
		if !ok || !strings.HasPrefix(head, "100") {
			continue
		}
		content, err := process.Git(ctx, s.Repository, "cat-file", "blob", strings.Fields(head)[2])
		reason := ""
		if err != nil {
			reason = "the object cannot be read"
		}
		own := m.Match(path, content.Stdout).N
		sum += own
		sumGit += byGit[path]
		if own == byGit[path] {
			continue
		}
		if reason == "" {
			if reason, err = attributes(ctx, s, path, content.Stdout); err != nil {
				return false, err
			}
		}
		if reason == "" {
			reason = form(content.Stdout)
		}
		if reason == "" {
			explained, reason = false, "UNEXPLAINED"
		}
		fmt.Printf("  %s: backsight %d, git %d: %s\n", path, own, byGit[path], reason)
	}
	if sum != *s.Value {
		fmt.Printf("  UNEXPLAINED: the plain matcher counts %d, the engine %d, git %d\n", sum, *s.Value, sumGit)
		explained = false
	}
	return explained, nil
}

// form returns how the text that Backsight searches differs from the content that git searches, or
// "".
func form(content []byte) string {
	text, binary := match.Decode(content)
	switch {
	case !binary && !bytes.Equal(text, content):
		return "git does not search UTF-16 and UTF-32"
	case bytes.HasPrefix(text, []byte("\uFEFF")):
		return "in git, a byte order mark is part of the first line"
	case bytes.Contains(text, []byte("\r\n")):
		return "in git, \\r is part of a line that ends with \\r\\n"
	}
	return ""
}

// filesByGit returns git's counts by path.
func filesByGit(ctx context.Context, flags []string, s process.Sample) (map[string]int64, error) {
	found, err := process.Git(ctx, s.Repository, append(append([]string{"grep", "-I", "-z", "-o"}, flags...), s.Commit)...)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for rest := string(found.Stdout); rest != ""; {
		path, after, ok := strings.Cut(rest, "\x00")
		if !ok {
			return nil, fmt.Errorf("git grep printed %.100q", rest)
		}
		counts[strings.TrimPrefix(path, s.Commit+":")]++
		_, rest, _ = strings.Cut(after, "\n")
	}
	return counts, nil
}

// attributes returns the reason why git treats the file differently from what its content suggests,
// or "".
func attributes(ctx context.Context, s process.Sample, path string, content []byte) (string, error) {
	said, err := process.Git(ctx, s.Repository, "check-attr", "diff", "--", path)
	if err != nil {
		return "", err
	}
	value := string(bytes.TrimSpace(said.Stdout[bytes.LastIndex(said.Stdout, []byte(": "))+1:]))
	switch {
	case value == "unset" && !match.IsBinary(content):
		return "an attribute makes git treat this text as binary", nil
	case value != "unset" && value != "unspecified" && match.IsBinary(content):
		return "an attribute makes git treat this binary as text", nil
	}
	return "", nil
}
