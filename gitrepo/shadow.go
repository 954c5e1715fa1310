package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// hasPromisor reports whether the repository is a partial clone: git would fetch an object that it lacks when asked
// for it. Most repositories are cleared by a look at the file; git, which knows about includes, is asked about the others.
func (r *Repo) hasPromisor(ctx context.Context) (bool, error) {
	text, err := os.ReadFile(filepath.Join(filepath.Dir(r.objects), "config"))
	if err == nil || errors.Is(err, os.ErrNotExist) {
		text = bytes.ToLower(text)
		if !bytes.Contains(text, []byte("promisor")) && !bytes.Contains(text, []byte("partialclone")) && !bytes.Contains(text, []byte("include")) {
			return false, nil
		}
	}
	_, err = r.output(ctx, "config", "--get-regexp", `^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$`)
	if err == nil {
		return true, nil
	}
	if exitCode(err) == 1 {
		return false, nil
	}
	return false, err
}

// shadow makes an empty repository in a temporary folder that borrows r's objects and nothing of its configuration, and
// returns its path and the function that removes it.
//
// Why: a git before 2.45 that reads a partial clone fetches what is missing, and when the fetch fails it dies instead of
// reporting a missing object. Nothing in the environment turns that off; not knowing of the remote does.
func (r *Repo) shadow() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "backsight-shadow-")
	if err != nil {
		return "", nil, fmt.Errorf("repository %s: make a shadow of a partial clone: %w", r.dir, err)
	}
	remove = func() { _ = os.RemoveAll(dir) }
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	if r.format == "sha256" {
		config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
	}
	err = os.MkdirAll(filepath.Join(dir, "objects", "info"), 0o755)
	for name, text := range map[string]string{
		"HEAD":                    "ref: refs/heads/none\n",
		"config":                  config,
		"objects/info/alternates": quoteAlternate(r.objects) + "\n",
	} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
		}
	}
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "refs"), 0o755)
	}
	if err != nil {
		remove()
		return "", nil, fmt.Errorf("repository %s: make a shadow of a partial clone: %w", r.dir, err)
	}
	return dir, remove, nil
}

// quoteAlternate writes a path as git's alternates file wants it: in C quotes when it holds a character with a meaning.
func quoteAlternate(path string) string {
	if !strings.ContainsAny(path, "\"\n\\#") {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
