package devstack

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/backsight/backsight/insights"
)

// DefaultDataDir is where a stack lives when nobody says otherwise: $BACKSIGHT_DATA, else for root /var/lib/backsight
// (the account that runs Postgres cannot enter root's home), else $XDG_DATA_HOME/backsight, else ~/.local/share/backsight.
func DefaultDataDir() string {
	return defaultDir("BACKSIGHT_DATA", "/var/lib/backsight", "XDG_DATA_HOME", ".local/share")
}

// defaultCacheDir is where downloaded binaries are kept; its loss costs a download.
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
	if dir := os.Getenv(xdg); filepath.IsAbs(dir) { // the XDG specification: a relative path is to be ignored
		return filepath.Join(dir, "backsight")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "backsight")
	}
	return filepath.Join(home, belowHome, "backsight")
}

// prepareDataDir makes the data directory and proves that it can be written to.
func prepareDataDir(dir string) error {
	const wayOut = "choose another with --data or BACKSIGHT_DATA"
	if _, err := os.Stat(dir); err != nil {
		if err := errors.Join(os.MkdirAll(dir, dataDirMode()), os.Chmod(dir, dataDirMode())); err != nil {
			return insights.Errorf(insights.Invalid, "data directory %s: cannot be made: %w; %s", dir, err, wayOut)
		}
	}
	probe, err := os.CreateTemp(dir, ".write-probe-")
	if err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: cannot be written to: %w; %s", dir, err, wayOut)
	}
	_ = probe.Close() // nothing was written
	if err := os.Remove(probe.Name()); err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: cannot be written to: %w; %s", dir, err, wayOut)
	}
	for _, name := range []string{"log", "temporal"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return insights.Errorf(insights.Invalid, "data directory %s: cannot be written to: %w; %s", dir, err, wayOut)
		}
	}
	return nil
}

// dataDirMode lets other accounts pass through, but not look, when Postgres has to run as one of them.
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
