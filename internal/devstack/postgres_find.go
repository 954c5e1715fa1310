package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backsight/backsight/insights"
)

// oldestPostgres is the oldest major version that the product is tested with.
const oldestPostgres = 15

// An installation is a folder with postgres and initdb in it.
type installation struct {
	bin     string
	version string // "15.18"
	major   int
	why     string
}

// postgresFolders are the places where packages put Postgres beside the PATH: Debian, Red Hat, Homebrew on both kinds of
// Mac, Postgres.app. The star is the version.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// findPostgres chooses the installation for a data directory of the given major version, 0 for a new one: the one that
// was named; else the first that fits on the PATH, in the usual places newest first, in the cache of downloads. It does not
// download; npmPostgres does. a is the account that has to be able to run it.
func findPostgres(ctx context.Context, named string, major int, a *account) (*installation, error) {
	if named != "" {
		return inspectNamed(ctx, named, major, a)
	}
	var passedOver []string
	for _, c := range postgresCandidates() {
		found, err := inspect(ctx, c.bin, a)
		switch {
		case err != nil:
			passedOver = append(passedOver, err.Error())
		case found.major < oldestPostgres:
			passedOver = append(passedOver, fmt.Sprintf("%s is version %s, and %d is the oldest that is supported", found.bin, found.version, oldestPostgres))
		case major != 0 && found.major != major:
			passedOver = append(passedOver, fmt.Sprintf("%s is version %s, and the data directory is of version %d", found.bin, found.version, major))
		default:
			found.why = c.why
			return found, nil
		}
	}
	if len(passedOver) > 0 {
		return nil, &noPostgresError{passedOver: passedOver}
	}
	return nil, &noPostgresError{}
}

// noPostgresError says that nothing fits; a download may still help.
type noPostgresError struct{ passedOver []string }

func (e *noPostgresError) Error() string {
	if len(e.passedOver) == 0 {
		return "no PostgreSQL server is installed"
	}
	return "no PostgreSQL server that can be used: " + strings.Join(e.passedOver, "; ")
}

type candidate struct{ bin, why string }

func postgresCandidates() []candidate {
	var all []candidate
	add := func(bin, why string) {
		if real, err := filepath.EvalSymlinks(bin); err == nil {
			bin = real
		}
		known := slices.ContainsFunc(all, func(c candidate) bool { return c.bin == bin })
		if !known && executable(filepath.Join(bin, "postgres")) {
			all = append(all, candidate{bin, why})
		}
	}
	for _, name := range []string{"pg_ctl", "postgres"} {
		// What is on the PATH is often a link or a script; initdb is beside the real one.
		if path, err := exec.LookPath(name); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				add(filepath.Dir(real), name+" is on the PATH")
			}
		}
	}
	for _, pattern := range postgresFolders {
		bins, _ := filepath.Glob(pattern) // the only error is a bad pattern
		slices.SortFunc(bins, func(a, b string) int { return slices.Compare(numbersIn(b), numbersIn(a)) })
		for _, bin := range bins {
			add(bin, "the newest in "+pattern)
		}
	}
	add(npmPostgresBin(), "downloaded from npm; none is installed that fits")
	return all
}

func inspectNamed(ctx context.Context, named string, major int, a *account) (*installation, error) {
	bin := named
	if info, err := os.Stat(named); err == nil && !info.IsDir() {
		bin = filepath.Dir(named)
	}
	found, err := inspect(ctx, bin, a)
	const wayOut = "mend BACKSIGHT_POSTGRES_BIN, or unset it to have one found"
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "postgres: %w; %s", err, wayOut)
	}
	if major != 0 && found.major != major {
		return nil, insights.Errorf(insights.Invalid, "postgres: %s is version %s, and the data directory is of version %d; %s", bin, found.version, major, wayOut)
	}
	if found.major < oldestPostgres {
		return nil, insights.Errorf(insights.Invalid, "postgres: %s is version %s, and %d is the oldest that is supported; %s", bin, found.version, oldestPostgres, wayOut)
	}
	found.why = "named by BACKSIGHT_POSTGRES_BIN"
	return found, nil
}

var versionPattern = regexp.MustCompile(`(\d+)(?:\.\d+)*\S*`)

// inspect asks an installation for its version, as the account that will run it.
func inspect(ctx context.Context, bin string, a *account) (*installation, error) {
	for _, name := range []string{"postgres", "initdb"} {
		if !executable(filepath.Join(bin, name)) {
			return nil, fmt.Errorf("%s has no %s that can be run", bin, name)
		}
	}
	if err := a.reach(bin); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version")
	cmd.Env, cmd.Dir = serverEnv(), "/"
	a.run(cmd)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && len(exit.Stderr) > 0 {
			return nil, fmt.Errorf("%s/postgres cannot be run: %w: %s", bin, err, excerpt(string(exit.Stderr)))
		}
		return nil, fmt.Errorf("%s/postgres cannot be run: %w", bin, err)
	}
	match := versionPattern.FindStringSubmatch(string(out)) // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
	if match == nil {
		return nil, fmt.Errorf("%s/postgres does not know its version: %q", bin, out)
	}
	major, err := strconv.Atoi(match[1])
	if err != nil {
		return nil, fmt.Errorf("%s/postgres does not know its version: %q", bin, out)
	}
	return &installation{bin: bin, version: match[0], major: major}, nil
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

var numberPattern = regexp.MustCompile(`\d+`)

// numbersIn orders folders by version: 9.6 < 15 < 18.
func numbersIn(path string) []int {
	var numbers []int
	for _, digits := range numberPattern.FindAllString(path, -1) {
		n, err := strconv.Atoi(digits)
		if err != nil { // too long to be a version
			continue
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// serverEnv is our environment without what would steer a server or hide what it says in another language.
func serverEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "PG") || strings.HasPrefix(kv, "TEMPORAL") || strings.HasPrefix(kv, "LC_") || strings.HasPrefix(kv, "LANG")
	})
	return append(env, "LC_ALL=C")
}
