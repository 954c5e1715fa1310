package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backsight/backsight/bench/process"
)

// build builds Backsight's index of a repository, runs a query with it, and returns the distinct
// commits of the samples, newest first.
func (s *side) build(ctx context.Context, backsight, dir, until string) (commits []string, err error) {
	r, err := process.Run(exec.CommandContext(ctx, backsight, "history", "--json", "--index", s.index, "--until", until, "--query", rare, dir))
	if err != nil {
		return nil, err
	}
	s.cpu += r.CPU
	samples, err := process.Samples(r.Stdout)
	for _, sample := range samples {
		if sample.Commit != "" && !slices.Contains(commits, sample.Commit) {
			commits = append(commits, sample.Commit)
		}
	}
	return commits, err
}

// cloneWith clones a repository, makes a branch of the clone for each of the commits, and returns
// the names of these branches. It also makes a branch "samples", whose history has, for each of the
// commits, one commit with the same tree.
func cloneWith(ctx context.Context, dir, clone string, commits []string) (branches []string, err error) {
	if _, err := process.Git(ctx, dir, "clone", "--quiet", "--bare", "--local", ".", clone); err != nil {
		return nil, err
	}
	var chain []string
	for i := len(commits) - 1; i >= 0; i-- { // oldest first
		branch := fmt.Sprintf("sample%02d", i)
		if _, err := process.Git(ctx, clone, "update-ref", "refs/heads/"+branch, commits[i]); err != nil {
			return nil, err
		}
		branches = append(branches, branch)
		made, err := process.Git(ctx, clone, append([]string{"-c", "user.name=A", "-c", "user.email=a@example.com", "commit-tree", "-m", branch, commits[i] + "^{tree}"}, chain...)...)
		if err != nil {
			return nil, err
		}
		chain = []string{"-p", strings.TrimSpace(string(made.Stdout))}
	}
	if len(chain) > 0 {
		_, err = process.Git(ctx, clone, "update-ref", "refs/heads/samples", chain[1])
	}
	return branches, err
}

// buildSame builds Backsight's index of the branch "samples" of a clone that cloneWith made.
func (s *side) buildSame(ctx context.Context, backsight, clone string) error {
	r, err := process.Run(exec.CommandContext(ctx, backsight, "history", "--json", "--index", s.index, "--rev", "samples", "--points", "1", "--query", rare, clone))
	s.cpu += r.CPU
	return err
}

// zoektFlags make zoekt build the whole index, without ctags and submodules.
var zoektFlags = []string{"-incremental=false", "-disable_ctags", "-submodules=false"}

// buildZoekt builds zoekt's index of the commits, which zoekt takes as branches.
func (s *side) buildZoekt(ctx context.Context, tools, clone string, branches []string) error {
	args := append(slices.Clone(zoektFlags), "-index", s.index, "-branches", strings.Join(branches, ","), clone)
	r, err := process.Run(exec.CommandContext(ctx, filepath.Join(tools, "zoekt-git-index"), args...))
	s.cpu += r.CPU
	return err
}
