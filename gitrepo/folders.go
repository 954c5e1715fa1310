package gitrepo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
	"github.com/backsight/backsight/insights"
)

// Folders returns the folders from which git reads the repository, without symbolic links and
// duplicates: its own, its git directory, those of its refs and objects, and the object stores that
// it borrows from. The error is an *insights.Error with code Invalid if a folder does not exist, or
// if the list of object stores cannot be read.
func (r *Repo) Folders() ([]string, error) {
	places := []string{r.dir, r.gitDir, CommonDir(r.dir)}
	stores := []string{r.objects}
	for i := 0; i < len(stores); i++ {
		list := filepath.Join(stores[i], "info", "alternates")
		text, err := regular.ReadFile(list)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, insights.Errorf(insights.Invalid, "repository %s: %w", r.dir, err)
		}
		if strings.HasPrefix(string(text), `"`) || strings.Contains(string(text), "\n\"") {
			return nil, insights.Errorf(insights.Invalid, "repository %s: %s has a path in quotation marks: write it without them", r.dir, list)
		}
		for _, store := range alternates(stores[i]) {
			if !slices.Contains(stores, store) {
				stores = append(stores, store)
			}
		}
	}
	for _, store := range stores {
		places = append(places, store, filepath.Join(store, "pack"))
	}
	var folders []string
	for _, place := range places {
		folder, err := filepath.EvalSymlinks(place)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Base(place) == "pack": // nothing is packed
		case err != nil:
			return nil, insights.Errorf(insights.Invalid, "repository %s: %w", r.dir, err)
		case !slices.Contains(folders, folder):
			folders = append(folders, folder)
		}
	}
	return folders, nil
}
