package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/backsight/backsight/bench/process"
)

// sample is a line of backsight's JSON.
type sample struct {
	Repository string
	Time       string
	Commit     string
	Outcome    string
	Reason     string
	Value      *int64
}

func decode(lines []byte) (samples []sample, err error) {
	for d := json.NewDecoder(bytes.NewReader(lines)); d.More(); {
		var s sample
		if err := d.Decode(&s); err != nil {
			return nil, fmt.Errorf("backsight's output: %w", err)
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// frames compares the samples of all repositories with git.
func (e *exact) frames(ctx context.Context, query string, flags []string) error {
	cold, err := e.history(ctx, query, e.grid...)
	if err != nil {
		return err
	}
	warm, err := e.history(ctx, query, append([]string{"--index", e.indexes}, e.grid...)...)
	if err != nil {
		return err
	}
	if !bytes.Equal(cold.Stdout, warm.Stdout) {
		return errors.New("backsight prints other samples with its index than without")
	}
	samples, err := decode(cold.Stdout)
	if err != nil {
		return err
	}
	type key struct{ repository, commit string }
	seen := map[key]bool{}
	commits, equal := 0, 0
	lacking := map[string]string{} // by repository: what git says is missing, where backsight says so too
	for _, s := range samples {
		k := key{s.Repository, s.Commit}
		if s.Commit == "" || seen[k] {
			continue
		}
		seen[k] = true
		commits++
		same, err := e.sample(ctx, query, flags, s, lacking)
		if err != nil {
			return err
		}
		if same {
			equal++
		}
	}
	for _, dir := range e.dirs {
		if what := lacking[dir]; what != "" {
			fmt.Printf("  %s: partial in both, e.g. git: %.150s\n", filepath.Base(dir), what)
		}
	}
	fmt.Printf("%-45s %d repositories, %d samples, %d commits: %d equal git grep\n", query, len(e.dirs), len(samples), commits, equal)
	return nil
}

// sample compares one value with git, and explains a difference.
func (e *exact) sample(ctx context.Context, query string, flags []string, s sample, lacking map[string]string) (same bool, err error) {
	value, complaints, err := gitCount(ctx, s.Repository, flags, s.Commit)
	if err != nil {
		return false, err
	}
	at := fmt.Sprintf("%s at %.12s", filepath.Base(s.Repository), s.Commit)
	switch {
	case s.Value == nil:
		fmt.Printf("UNEXPLAINED %s: %s: %s\n", at, s.Outcome, s.Reason)
		e.unexplained++
		return false, nil
	case s.Outcome == "partial" && len(complaints) > 0:
		line, _, _ := bytes.Cut(complaints, []byte{'\n'})
		lacking[s.Repository] = string(line)
	case s.Outcome == "partial" || len(complaints) > 0:
		fmt.Printf("UNEXPLAINED %s: backsight says %s %q, git %q\n", at, s.Outcome, s.Reason, complaints)
		e.unexplained++
	}
	if value == *s.Value {
		return true, nil
	}
	fmt.Printf("%s: backsight counts %d, git %d\n", at, *s.Value, value)
	explained, err := explain(ctx, query, flags, s)
	if !explained {
		e.unexplained++
	}
	return false, err
}

// gitCount returns the number of matches in a commit by git, which prints each on a line, and what it complained about.
func gitCount(ctx context.Context, dir string, flags []string, commit string) (n int64, complaints []byte, err error) {
	found, err := process.Git(ctx, dir, append(append([]string{"grep", "-I", "-h", "-o"}, flags...), commit)...)
	if err != nil {
		return 0, nil, err
	}
	return int64(bytes.Count(found.Stdout, []byte{'\n'})), bytes.TrimSpace(found.Stderr), nil
}
