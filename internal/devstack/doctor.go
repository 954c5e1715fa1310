package devstack

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A Finding is the result of Doctor for one thing that Backsight needs.
type Finding struct {
	Name    string `json:"name"`    // what was examined: "postgres", "git", …
	Path    string `json:"path"`    // what was found; "" if nothing
	Version string `json:"version"` // "" if unknown
	Why     string `json:"why"`     // why this path was chosen
	Problem string `json:"problem"` // "" if there is none
	Fix     string `json:"fix"`     // what to do about the problem
}

const (
	// oldestGit is the oldest version of git that README.md says is supported.
	oldestGitMajor, oldestGitMinor = 2, 36
	// oldestTemporal is the version of the Temporal server in the oldest temporal command that
	// Backsight is tested with.
	oldestTemporalMajor, oldestTemporalMinor = 1, 29
	// askTimeout is how long a program may take to print its version.
	askTimeout = 20 * time.Second
)

// Doctor examines everything that `backsight up` would use, by the same rules. It starts no server,
// and may run while a stack runs. The findings have a fixed order: postgres, temporal, git, node,
// npm, data directory, ports.
func Doctor(ctx context.Context, options Options) []Finding {
	options.Test = false
	options, err := options.withDefaults()
	if err != nil {
		return []Finding{{Name: "data directory", Path: options.DataDir, Problem: err.Error(), Fix: "start backsight in a directory that exists"}}
	}
	postgres := examinePostgres(ctx, options)
	return slices.Concat([]Finding{
		postgres,
		examineTemporal(ctx, options),
		examineGit(ctx),
		examineNode(ctx, "node", "needed only to build the web interface"),
		examineNode(ctx, "npm", "needed only to build the web interface, and to download Postgres if none is installed"),
		examineDataDir(options),
	}, examinePorts(options))
}

func (f Finding) wrong(err error, fix string) Finding {
	f.Problem, f.Fix = err.Error(), fix
	return f
}

// ask runs a program and returns the first line that it prints.
func ask(ctx context.Context, path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.WaitDelay = serverEnv(), time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s cannot be run: %w: %s", path, err, excerpt(string(out)))
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line), nil
}

// atLeast compares the first two numbers in a version. A version without two numbers counts as too
// old.
func atLeast(version string, major, minor int) bool {
	numbers := numbersIn(version)
	return len(numbers) >= 2 && slices.Compare(numbers[:2], []int{major, minor}) >= 0
}
