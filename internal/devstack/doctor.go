package devstack

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A Finding is what Doctor has to say about one thing that Backsight needs.
type Finding struct {
	Name    string `json:"name"`    // what it is about: "postgres", "git", …
	Path    string `json:"path"`    // what was chosen; "" when nothing was
	Version string `json:"version"` // "" when it has none or does not tell
	Why     string `json:"why"`     // why this one
	Problem string `json:"problem"` // "" when all is well
	Mend    string `json:"mend"`    // what to do about the problem
}

const (
	// oldestGit has ls-tree --format and the cat-file commands that reading history needs.
	oldestGitMajor, oldestGitMinor = 2, 36
	// oldestTemporal is the server inside the oldest temporal command that the product is tested with.
	oldestTemporalMajor, oldestTemporalMinor = 1, 29
	// askTimeout is how long a program may take to tell its version.
	askTimeout = 20 * time.Second
)

// Doctor looks at everything that `up` would use, with the same rules, and starts nothing: it may run while a stack does. The
// findings come in a fixed order: postgres, temporal, git, node, npm, data directory, ports.
func Doctor(ctx context.Context, options Options) []Finding {
	options.Test = false
	options, err := options.withDefaults()
	if err != nil {
		return []Finding{{Name: "data directory", Path: options.DataDir, Problem: err.Error(), Mend: "start from a directory that exists"}}
	}
	postgres := examinePostgres(ctx, options)
	return slices.Concat([]Finding{
		postgres,
		examineTemporal(ctx, options),
		examineGit(ctx),
		examineNode(ctx, "node", "only the web interface's build needs it"),
		examineNode(ctx, "npm", "only the web interface's build needs it, and the download of Postgres where none is installed"),
		examineDataDir(options),
	}, examinePorts(options))
}

func (f Finding) wrong(err error, mend string) Finding {
	f.Problem, f.Mend = err.Error(), mend
	return f
}

// ask runs a program that prints one line.
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

// atLeast compares the first two numbers in a version; one without two numbers is too old.
func atLeast(version string, major, minor int) bool {
	numbers := numbersIn(version)
	return len(numbers) >= 2 && slices.Compare(numbers[:2], []int{major, minor}) >= 0
}
