package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// Unapplied returns a sentence for people if the repository has replace refs or grafts, which git
// itself would apply and this package ignores. It returns "" if there are none. It reads a few
// files. Only if the refs are in the reftable format, it starts git once.
func (r *Repo) Unapplied(ctx context.Context) (string, error) {
	common := filepath.Dir(r.objects) // linked work trees share these files
	var found []string
	replaced, err := r.hasReplaceRefs(ctx, common)
	if err != nil {
		return "", err
	}
	if replaced {
		found = append(found, "replace refs (git replace -l)")
	}
	text, err := regular.ReadFile(filepath.Join(common, "info", "grafts"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("repository %s: %w", r.dir, err)
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			found = append(found, "grafts (info/grafts)")
			break
		}
	}
	if len(found) == 0 {
		return "", nil
	}
	return "the repository has " + strings.Join(found, " and ") + ", which are not applied: the history is counted as it was pushed", nil
}

func (r *Repo) hasReplaceRefs(ctx context.Context, common string) (bool, error) {
	if _, err := os.Lstat(filepath.Join(common, "reftable")); !errors.Is(err, fs.ErrNotExist) {
		out, err := r.output(ctx, "for-each-ref", "--count=1", "--format=%(refname)", "refs/replace/")
		return len(out) > 0, err
	}
	entries, err := os.ReadDir(filepath.Join(common, "refs", "replace"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if len(entries) > 0 {
		return true, nil
	}
	packed, err := regular.Contains(filepath.Join(common, "packed-refs"), []byte(" refs/replace/"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("repository %s: %w", r.dir, err)
	}
	return packed, nil
}
