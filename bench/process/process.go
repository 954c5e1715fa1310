// Package process runs what benchmarks compare: Backsight built from this tree, and git, each with what it cost.
//
// Invariants: git is isolated from the machine's and the user's configuration, in the C locale. Exit status 1 is no error: git
// says by it that nothing was found, and Backsight that a sample is not exact. A benchmark ends with status 1 when a result is wrong, not
// when a bar is missed.
//
// Read next: package product, for a Backsight with all its services.
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

// Main runs a benchmark until it is done or interrupted.
func Main(run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// Result is a process that ended.
type Result struct {
	Stdout, Stderr []byte
	Wall, CPU      time.Duration
	Resident       int64 // greatest resident set in bytes, at least that of this process; 0 where the system does not tell
}

// Run runs cmd to its end.
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
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
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

// Shell returns a command as one would type it.
func Shell(args ...string) string {
	typed := make([]string, len(args))
	for i, arg := range args {
		if typed[i] = arg; strings.ContainsAny(arg, " \t\\*()[]") {
			typed[i] = "'" + arg + "'"
		}
	}
	return strings.Join(typed, " ")
}

// Build builds backsight from this tree, unless binary names one, and returns its path and the function that removes it.
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

// Repositories returns the repositories that folders are or hold.
func Repositories(folders []string) (dirs []string, err error) {
	if len(folders) == 0 {
		return nil, errors.New("name the repositories to search, or folders that hold them")
	}
	for _, root := range folders {
		found, err := gitrepo.Find(root)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, found...)
	}
	if len(dirs) == 0 {
		return nil, errors.New("there are no repositories below the folders named")
	}
	return dirs, nil
}

// PackSize returns the bytes of a repository's packs: about how long it takes.
func PackSize(dir string) (size int64) {
	for _, pattern := range []string{"objects/pack/*.pack", ".git/objects/pack/*.pack"} {
		packs, _ := filepath.Glob(filepath.Join(dir, pattern)) // what cannot be seen has no size
		for _, pack := range packs {
			if info, err := os.Stat(pack); err == nil {
				size += info.Size()
			}
		}
	}
	return size
}
