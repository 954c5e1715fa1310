package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/backsight/backsight/bench/process"
	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/index"
)

// newCommits is the number of commits by which an index is behind when its update is timed.
const newCommits = 100

// figures has the sizes and times of one index. `update` and `wall` are 0 if the history has at
// most newCommits commits.
type figures struct {
	stats  index.Stats
	build  time.Duration // CPU time of building the whole index
	update time.Duration // CPU time of adding the last newCommits commits
	wall   time.Duration // wall time of adding the last newCommits commits
}

// indexing builds the index of each repository in this process, one after the other, and prints its
// size and speed.
func indexing(ctx context.Context, dirs []string, bars *process.Bars) error {
	folder, err := os.MkdirTemp("", "backsight-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	fmt.Printf("%-24s %8s %8s %10s %9s %7s %8s %8s %12s\n", "index of", "commits", "blobs", "text", "index", "of text", "cpu", "speed", "100 commits")
	var total figures
	for i, dir := range dirs {
		f, err := indexOne(ctx, dir, filepath.Join(folder, fmt.Sprint(i)))
		if errors.Is(err, gitrepo.ErrNoCommits) || errors.Is(err, index.ErrUnfit) {
			fmt.Printf("%-24s %v\n", filepath.Base(dir), err)
			continue
		}
		if err != nil {
			return err
		}
		f.print(filepath.Base(dir))
		total.stats.Commits += f.stats.Commits
		total.stats.Blobs += f.stats.Blobs
		total.stats.Text += f.stats.Text
		total.stats.Size += f.stats.Size
		total.build += f.build
		total.update, total.wall = max(total.update, f.update), max(total.wall, f.wall)
	}
	total.print("all; slowest update")
	if total.stats.Text == 0 {
		return nil
	}
	text := float64(total.stats.Text)
	bars.AtMost("indexes, size relative to the text", 100*float64(total.stats.Size)/text, 2, " %")
	bars.AtLeast("indexes, text per second of CPU time", text/1e6/total.build.Seconds(), 80, " MB")
	bars.AtMost("indexes, slowest update by 100 commits", total.wall.Seconds(), 2, " s")
	return nil
}

func indexOne(ctx context.Context, dir, path string) (f figures, err error) {
	repo, err := gitrepo.Open(ctx, dir)
	if err != nil {
		return f, err
	}
	_, tip, err := repo.DefaultBranch(ctx)
	if err != nil {
		return f, err
	}
	commits, err := repo.FirstParents(ctx, tip, "")
	if err != nil {
		return f, err
	}
	_, before := spent()
	if f.stats, err = index.Update(ctx, repo, tip, path); err != nil {
		return f, err
	}
	_, after := spent()
	f.build = after - before
	if len(commits) <= newCommits {
		return f, nil
	}
	path += "-behind"
	if _, err := index.Update(ctx, repo, commits[newCommits].ID, path); err != nil {
		return f, err
	}
	began, before := spent()
	if _, err := index.Update(ctx, repo, tip, path); err != nil {
		return f, err
	}
	ended, after := spent()
	f.update, f.wall = after-before, ended.Sub(began)
	return f, nil
}

func (f figures) print(name string) {
	text := float64(f.stats.Text)
	fmt.Printf("%-24s %8d %8d %7.0f MB %6.2f MB %6.2f%% %7.2fs %3.0f MB/s %5.2fs cpu %5.2fs\n", name, f.stats.Commits, f.stats.Blobs,
		text/1e6, float64(f.stats.Size)/1e6, 100*float64(f.stats.Size)/text, f.build.Seconds(), text/1e6/f.build.Seconds(), f.update.Seconds(), f.wall.Seconds())
}

// spent returns the current time, and the CPU time used so far by this process and by the git
// processes that have ended.
func spent() (now time.Time, cpu time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			panic(err) // fails only for a wrong argument
		}
		cpu += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return time.Now(), cpu
}
