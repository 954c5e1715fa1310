// Package process runs the processes that benchmarks compare, such as Backsight and git, and
// measures each.
//
// Invariants: [Git] isolates git from the configuration of the machine and of the user, and uses
// the C locale. Exit status 1 of a process is an error only if the process printed nothing but
// messages to stderr: git exits with 1 when it finds nothing, and Backsight when a sample is not
// exact. Backsight also exits with 1 when a command fails after it has printed something, so
// callers must check its output. A benchmark exits with status 1 when a result is wrong or the
// benchmark fails, but not when a bar is missed.
//
// Read next: package product, which runs Backsight with all its services.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// Main runs a benchmark until it is done or interrupted. It exits with status 1 after an error.
func Main(run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// Result is the result of a process that has ended.
type Result struct {
	Stdout, Stderr []byte
	Wall, CPU      time.Duration
	// The peak resident set in bytes, of the largest among the process and the processes that it
	// waited for. It is at least the benchmark's own peak, because a child's counter starts at that
	// of its parent. 0 if unknown.
	Resident int64
}

// Run runs cmd until it ends. Exit status 1 is not an error if the command printed something to
// stdout, or nothing to stderr: git grep ends with it if nothing matches, and backsight if a sample
// is partial or failed.
func Run(cmd *exec.Cmd) (r Result, err error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err = cmd.Run()
	r = Result{Stdout: stdout.Bytes(), Stderr: stderr.Bytes(), Wall: time.Since(began)}
	if cmd.ProcessState != nil {
		r.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			r.Resident = usage.Maxrss << 10
		}
	}
	failed := len(r.Stdout) == 0 && len(r.Stderr) > 0
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1 || failed) {
		return r, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, r.Stderr)
	}
	return r, nil
}

// Git runs git on a repository.
func Git(ctx context.Context, dir string, args ...string) (Result, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "safe.directory=*"}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_NO_LAZY_FETCH=1")
	return Run(cmd)
}

// Shell returns a command in the form in which a user would type it.
func Shell(args ...string) string {
	typed := make([]string, len(args))
	for i, arg := range args {
		if typed[i] = arg; strings.ContainsAny(arg, " \t\\*()[]") {
			typed[i] = "'" + arg + "'"
		}
	}
	return strings.Join(typed, " ")
}

// Build builds backsight from this tree, and returns the path of the binary and a function that
// removes it. The working directory must be the root of the tree. If `binary` is not "", it is the
// path that Build returns, and the function does nothing.
func Build(ctx context.Context, binary string) (path string, remove func() error, err error) {
	if binary != "" {
		return binary, func() error { return nil }, nil
	}
	dir, err := os.MkdirTemp("", "backsight-bench-")
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, "backsight")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/backsight").CombinedOutput(); err != nil {
		return "", nil, errors.Join(fmt.Errorf("build backsight: %w: %s", err, out), os.RemoveAll(dir))
	}
	return path, func() error { return os.RemoveAll(dir) }, nil
}

// Repositories returns the repositories at or below the folders. It returns an error if there are
// none.
func Repositories(folders []string) (dirs []string, err error) {
	if len(folders) == 0 {
		return nil, errors.New("no folder was given: name repositories, or folders that contain them")
	}
	for _, root := range folders {
		found, err := gitrepo.Find(root)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, found...)
	}
	if len(dirs) == 0 {
		return nil, errors.New("there are no repositories in the given folders")
	}
	return dirs, nil
}

// PackSize returns the size of a repository's packs in bytes. The time of a search is about
// proportional to it.
func PackSize(dir string) (size int64) {
	for _, pattern := range []string{"objects/pack/*.pack", ".git/objects/pack/*.pack"} {
		packs, _ := filepath.Glob(filepath.Join(dir, pattern)) // fails only for a malformed pattern
		for _, pack := range packs {
			if info, err := os.Stat(pack); err == nil {
				size += info.Size()
			}
		}
	}
	return size
}
