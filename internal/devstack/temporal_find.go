package devstack

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/backsight/backsight/insights"
)

// module is the first line of this repository's go.mod. It distinguishes a checkout of this
// repository from another folder that contains .bin.
const module = "module github.com/backsight/backsight"

// findTemporal chooses the temporal command: the named one; else the one on the PATH; else the one
// in the folder of this executable, or in .bin in that folder or its parent; else the one that
// `make` built in the checkout that contains the working directory.
func findTemporal(named string) (path, why string, err error) {
	if named != "" {
		if !executable(named) {
			return "", "", insights.Errorf(insights.Invalid, "temporal: %s is not an executable program; correct BACKSIGHT_TEMPORAL_BIN, or unset it to search for one", named)
		}
		return named, "named by BACKSIGHT_TEMPORAL_BIN", nil
	}
	if path, err := exec.LookPath("temporal"); err == nil {
		return path, "temporal is on the PATH", nil
	}
	if self, err := os.Executable(); err == nil {
		dir := filepath.Dir(self)
		for _, path := range []string{filepath.Join(dir, "temporal"), filepath.Join(dir, ".bin", "temporal"), filepath.Join(filepath.Dir(dir), ".bin", "temporal")} {
			if executable(path) {
				return path, "next to " + self, nil
			}
		}
	}
	if root := checkout(); root != "" {
		if path := filepath.Join(root, ".bin", "temporal"); executable(path) {
			return path, "built by make in this checkout", nil
		}
	}
	return "", "", insights.Errorf(insights.Unavailable, "temporal: there is no temporal command on the PATH, "+
		"next to backsight, or in .bin of a checkout; build it with `make temporal` in a checkout, "+
		"install it (https://docs.temporal.io/cli), or set BACKSIGHT_TEMPORAL_BIN to its path")
}

// checkout returns the root of the checkout of this repository that contains the working directory,
// or "" if there is none.
func checkout() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && bytes.HasPrefix(text, []byte(module+"\n")) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
