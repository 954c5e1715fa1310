package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
)

func main() {
	found, err := run(os.Stdout, os.Args[1:])
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "prose:", err)
		os.Exit(2)
	case found > 0:
		fmt.Fprintf(os.Stderr, "prose: %d lines of comments or prose are too wide: wrap them\n", found)
		os.Exit(1)
	}
}

// run checks the files, or all files of the repository when `files` is empty. It writes the
// findings to `out` and returns their number. Names are relative to the working directory.
func run(out io.Writer, files []string) (found int, err error) {
	if len(files) == 0 {
		if files, err = repositoryFiles(); err != nil {
			return 0, err
		}
	}
	w := bufio.NewWriter(out)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) { // deleted in the work tree, not yet in git's index
			continue
		}
		if err != nil {
			return found, err
		}
		for _, line := range check(file, string(text)) {
			fmt.Fprintf(w, "%s:%d: %d columns, at most %d\n", file, line.number, line.width, limit)
			found++
		}
	}
	return found, w.Flush()
}

// repositoryFiles lists what git tracks below the working directory, and what it would add.
func repositoryFiles() ([]string, error) {
	list, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: git ls-files: %w", err)
	}
	var files []string
	for name := range bytes.SplitSeq(list, []byte{0}) {
		if len(name) > 0 {
			files = append(files, string(name))
		}
	}
	if len(files) == 0 {
		return nil, errors.New("list the repository's files: git ls-files names none")
	}
	return files, nil
}

// generated reports whether a file is written by a program or holds bytes that a test depends on.
func generated(name, text string) bool {
	if strings.Contains("/"+name, "/testdata/") {
		return true
	}
	for range 5 { // the header is in the first lines, perhaps after build constraints
		line, rest, _ := strings.Cut(text, "\n")
		if strings.Contains(line, "DO NOT EDIT") || strings.Contains(line, "@generated") {
			return true
		}
		text = rest
	}
	return false
}
