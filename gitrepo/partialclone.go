package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// hasPromisor reports whether the repository is a partial clone, in which git fetches missing
// objects on demand. For most repositories, it only reads the configuration file. For the others,
// it asks git, which follows includes.
func (r *Repo) hasPromisor(ctx context.Context) (bool, error) {
	text, err := regular.ReadFile(filepath.Join(filepath.Dir(r.objects), "config"))
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

// standIn makes an empty repository in a temporary folder. This repository borrows r's objects and
// has none of r's configuration. standIn returns the path of the folder and the function that
// removes the folder.
//
// Git before 2.45 fetches missing objects when it reads a partial clone. If the fetch fails, git
// exits instead of reporting a missing object. In these versions, no environment variable turns
// these fetches off, but git cannot fetch in a repository without remotes.
func (r *Repo) standIn() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "backsight-partial-clone-")
	if err != nil {
		return "", nil, fmt.Errorf("repository %s: create a temporary repository that reads the partial clone without fetching: %w", r.dir, err)
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
		return "", nil, fmt.Errorf("repository %s: create a temporary repository that reads the partial clone without fetching: %w", r.dir, err)
	}
	return dir, remove, nil
}

// quoteAlternate writes a path in the form of git's alternates file: in C quotes if it contains a
// special character.
func quoteAlternate(path string) string {
	if !strings.ContainsAny(path, "\"\n\\#") {
		return path
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}
