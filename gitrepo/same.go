package gitrepo

import (
	"os"
	"path/filepath"
	"strings"
)

// CommonDir returns the folder, without symbolic links, that holds the refs and objects of the
// repository in dir. Two paths lead to the same repository exactly if their CommonDirs are equal:
// the paths of one folder, and the work trees of one repository. It returns "" when dir holds no
// repository. It reads a few small files and starts no process.
func CommonDir(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	common := findGitDir(abs)
	if common == "" {
		return ""
	}
	// The git directory of a linked work tree names the one of the repository.
	if text, err := os.ReadFile(filepath.Join(common, "commondir")); err == nil {
		target := strings.TrimSuffix(string(text), "\n")
		if !filepath.IsAbs(target) {
			target = filepath.Join(common, target)
		}
		common = target
	}
	if common, err = filepath.EvalSymlinks(common); err != nil {
		return ""
	}
	return common
}
