package gitrepo

import (
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// CommonDir returns the path, without symbolic links, of the folder that holds the refs and objects
// of the repository in dir. It returns "" when dir holds no repository. Two paths lead to the same
// repository exactly if both have the same CommonDir that is not "": they are paths of one folder,
// or work trees of one repository. CommonDir reads a few small files and starts no process.
func CommonDir(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	common := findGitDir(abs)
	if common == "" {
		return ""
	}
	// The git directory of a linked work tree names the git directory of the repository.
	if text, err := regular.ReadFile(filepath.Join(common, "commondir")); err == nil {
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
