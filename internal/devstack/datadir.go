package devstack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/backsight/backsight/insights"
)

// DefaultDataDir returns the default of Options.DataDir: $BACKSIGHT_DATA, else /var/lib/backsight
// for root (the account that runs Postgres cannot enter root's home), else
// $XDG_DATA_HOME/backsight, else ~/.local/share/backsight, or for an account without a home a
// folder in the temporary directory.
func DefaultDataDir() string {
	return defaultDir("BACKSIGHT_DATA", "/var/lib/backsight", "XDG_DATA_HOME", ".local/share")
}

// defaultCacheDir returns the folder for downloaded binaries. Users may remove the folder; the
// binaries are then downloaded again.
func defaultCacheDir() string {
	return defaultDir("BACKSIGHT_CACHE", "/var/cache/backsight", "XDG_CACHE_HOME", ".cache")
}

func defaultDir(own, forRoot, xdg, belowHome string) string {
	if dir := os.Getenv(own); dir != "" {
		return dir
	}
	if os.Geteuid() == 0 {
		return forRoot
	}
	// The XDG specification requires that relative paths are ignored.
	if dir := os.Getenv(xdg); filepath.IsAbs(dir) {
		return filepath.Join(dir, "backsight")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "backsight")
	}
	return filepath.Join(home, belowHome, "backsight")
}

// advice is the end of error messages about the data directory.
const advice = "choose another with --data or BACKSIGHT_DATA"

// checkPath returns an error for a path that the servers cannot use. SQLite, which Temporal uses,
// reads ?, # and % in the name of its database as parts of a URL, and would create the database in
// another folder. Control characters would break the lines of configuration files and logs.
func checkPath(dir string) error {
	if bad := strings.IndexFunc(dir, func(r rune) bool { return strings.ContainsRune("?#%", r) || unicode.IsControl(r) }); bad >= 0 {
		return fmt.Errorf("its path contains %q, which Temporal's database cannot have in its name", dir[bad:bad+1])
	}
	return nil
}

// prepareDataDir creates the data directory and checks that it is writable. It is idempotent.
func prepareDataDir(dir string) error {
	if err := checkPath(dir); err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: %w; %s", dir, err, advice)
	}
	if _, err := os.Stat(dir); err != nil {
		if err := errors.Join(os.MkdirAll(dir, dataDirMode()), os.Chmod(dir, dataDirMode())); err != nil {
			return insights.Errorf(insights.Invalid, "data directory %s: cannot be created: %w; %s", dir, err, advice)
		}
	}
	if err := checkWritable(dir); err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: cannot be written to: %w; %s", dir, err, advice)
	}
	for _, name := range []string{"log", "temporal"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return insights.Errorf(insights.Invalid, "data directory %s: cannot be written to: %w; %s", dir, err, advice)
		}
	}
	return nil
}

// checkWritable returns nil when a file can be created in dir. It creates one, because mode bits
// and mount options alone do not show whether that works.
func checkWritable(dir string) error {
	probe, err := os.CreateTemp(dir, ".write-probe-")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// dataDirMode returns the mode of the data directory. When root runs this process, other accounts
// may enter the directory but not list it, because Postgres runs as one of them.
func dataDirMode() os.FileMode {
	if os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}

func makeTempDataDir() (string, error) {
	dir, err := os.MkdirTemp("", "backsight-")
	if err != nil {
		return "", insights.Errorf(insights.Unavailable, "temporary data directory: %w", err)
	}
	if err := os.Chmod(dir, dataDirMode()); err != nil {
		return "", insights.Errorf(insights.Unavailable, "temporary data directory: %w", err)
	}
	return dir, nil
}
