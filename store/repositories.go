package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Repositories reads and writes the repositories that are searched.
type Repositories struct{ *database }

// Repository is a row of the table repositories, with the time of its commit index. Location is an
// absolute path if Local is set, and a clone URL otherwise.
type Repository struct {
	ID            int64
	Name          string
	Location      string
	Local         bool
	DefaultBranch string // full ref name; "": no commits, or not read yet
	Head          string // hex; "": no commits, or not read yet
	SizeBytes     int64  // of the object store
	Fork          bool
	Archived      bool
	Private       bool
	CreatedAt     time.Time
	FetchedAt     *time.Time // last successful sync that was recorded
	IndexedAt     *time.Time // the commit index is complete up to this time; nil: no index
	Error         string     // of the last sync, if it failed; else ""
	ErrorAt       *time.Time
	Notices       []string // what people should know, in sentences, as of FetchedAt
	Unsearched    string   // set by SetUnsearched
	// when a sync last found that the past of the first-parent history had changed: it had lost
	// commits, for example by a force-push, or a commit that was pushed late changed samples; nil:
	// never
	RewrittenAt *time.Time
	DeletedAt   *time.Time // set if the repository was removed; samples still refer to it
}

// Add registers a repository. If a repository with the same insights.RepositoryIdentity is
// registered already, Add returns that one, even if its name differs. If it was removed, it gets
// its row back, with its privacy, its grants and its samples, under the given name. Add returns
// Conflict when a repository at another location has the name, and Invalid for an empty name or
// location.
func (s *Repositories) Add(ctx context.Context, name, location string, local bool) (Repository, error) {
	return s.add(ctx, db.AddRepositoryParams{Name: name, Location: location, IsLocal: local})
}

// AddPrivate does the same as Add and makes the repository private, also if it is registered
// already.
func (s *Repositories) AddPrivate(ctx context.Context, name, location string, local bool) (Repository, error) {
	return s.add(ctx, db.AddRepositoryParams{Name: name, Location: location, IsLocal: local, Private: true})
}

func (s *Repositories) add(ctx context.Context, r db.AddRepositoryParams) (Repository, error) {
	name, location := r.Name, r.Location
	if strings.TrimSpace(name) == "" || strings.TrimSpace(location) == "" {
		return Repository{}, insights.Errorf(insights.Invalid, "a repository needs a name and a location (got name %q, location %q)", name, location)
	}
	r.Identity = insights.RepositoryIdentity(location, r.IsLocal)
	var repository Repository
	err := s.inTx(ctx, func(q *db.Queries) error {
		if err := q.LockIdentity(ctx, r.Identity); err != nil {
			return err
		}
		if err := q.AddRepoName(ctx, name); err != nil {
			return err
		}
		revived, err := q.ReviveRepository(ctx, db.ReviveRepositoryParams(r))
		if err == nil && revived == 0 {
			_, err = q.AddRepository(ctx, r)
		}
		if err != nil {
			return err
		}
		row, err := q.RepositoryByLocation(ctx, location, r.Identity)
		if errors.Is(err, pgx.ErrNoRows) { // the message must not reveal the other location
			return insights.Errorf(insights.Conflict, "repository %s: another repository has the name: choose another name for %s", name, location)
		}
		if err == nil && r.Private && !row.Repositories.Private {
			row.Repositories.Private = true
			_, err = q.SetRepositoryPrivate(ctx, true, row.Repositories.Name)
		}
		if err == nil {
			repository = repositoryOf(row.Repositories, row.LastIndexedAt)
		}
		return err
	})
	return repository, classify(err, "repository %s", name)
}

// RepositoryFilter selects a page of repositories. The zero filter selects the first page of public
// repositories.
type RepositoryFilter struct {
	Viewer      Viewer // only repositories that the viewer may see
	NamePattern string // as insights.NamePattern has it; "": every name
	After       string // the last name of the previous page
	Limit       int    // 0: 10,000, the maximum
}

// List returns repositories, sorted by name, without removed ones. It returns Invalid for a pattern
// that insights.NamePattern refuses.
func (s *Repositories) List(ctx context.Context, f RepositoryFilter) ([]Repository, error) {
	named, err := s.named(ctx, s.queries(), f.NamePattern, f.Viewer)
	if err != nil {
		return nil, classify(err, "repositories matching %q", f.NamePattern)
	}
	rows, err := s.queries().Repositories(ctx, db.RepositoriesParams{
		After: f.After, AllNames: named.all, RepoIDs: named.ids, SeesAll: f.Viewer.Admin, Login: f.Viewer.Login, RowLimit: pageSize(f.Limit),
	})
	if err != nil {
		return nil, classify(err, "repositories matching %q", f.NamePattern)
	}
	list := make([]Repository, len(rows))
	for i, row := range rows {
		list[i] = repositoryOf(row.Repositories, row.LastIndexedAt)
	}
	return list, nil
}

// After returns up to `limit` repositories with an id > `after`, sorted by id, without removed
// ones. It is for workers, which see every repository.
func (s *Repositories) After(ctx context.Context, after int64, limit int) ([]Repository, error) {
	rows, err := s.queries().RepositoriesAfter(ctx, id32(after), pageSize(limit))
	if err != nil {
		return nil, classify(err, "repositories after %d", after)
	}
	list := make([]Repository, len(rows))
	for i, row := range rows {
		list[i] = repositoryOf(row.Repositories, row.LastIndexedAt)
	}
	return list, nil
}

// Count returns how many repositories all pages of the filter have together.
func (s *Repositories) Count(ctx context.Context, f RepositoryFilter) (int64, error) {
	named, err := s.named(ctx, s.queries(), f.NamePattern, f.Viewer)
	if err != nil {
		return 0, classify(err, "repositories matching %q", f.NamePattern)
	}
	n, err := s.queries().CountRepositories(ctx, db.CountRepositoriesParams{AllNames: named.all, RepoIDs: named.ids, SeesAll: f.Viewer.Admin, Login: f.Viewer.Login})
	return n, classify(err, "repositories matching %q", f.NamePattern)
}

// Get returns one repository, removed or not.
func (s *Repositories) Get(ctx context.Context, id int64) (Repository, error) {
	found, err := s.ByID(ctx, []int64{id})
	if err != nil {
		return Repository{}, err
	}
	repository, ok := found[id]
	if !ok {
		return Repository{}, insights.Errorf(insights.NotFound, "repository %d does not exist", id)
	}
	return repository, nil
}

// ByName returns the repository that has the name, unless it was removed.
func (s *Repositories) ByName(ctx context.Context, name string) (Repository, error) {
	row, err := s.queries().RepositoryByName(ctx, name)
	if err != nil {
		return Repository{}, classify(err, "repository %s", name)
	}
	return repositoryOf(row.Repositories, row.LastIndexedAt), nil
}

// ByID returns the repositories with the given ids, removed or not, as a map by id. An id that no
// repository has is not in the map.
func (s *Repositories) ByID(ctx context.Context, ids []int64) (map[int64]Repository, error) {
	rows, err := s.queries().RepositoriesByID(ctx, ids32(ids))
	if err != nil {
		return nil, classify(err, "%d repositories", len(ids))
	}
	found := make(map[int64]Repository, len(rows))
	for _, row := range rows {
		found[int64(row.Repositories.ID)] = repositoryOf(row.Repositories, row.LastIndexedAt)
	}
	return found, nil
}

// Missing returns the names, sorted, for which there is no repository that the viewer may see.
func (s *Repositories) Missing(ctx context.Context, names []string, who Viewer) ([]string, error) {
	missing, err := s.queries().MissingRepositories(ctx, db.MissingRepositoriesParams{Names: names, SeesAll: who.Admin, Login: who.Login})
	return missing, classify(err, "repositories")
}

// Remove takes a repository out of all future plans and frees its name and location. Its samples
// stay, but a search of pending ones fails with the code insights.ReasonRepositoryRemoved. It
// returns NotFound when no repository has the name.
func (s *Repositories) Remove(ctx context.Context, name string) error {
	err := s.inTx(ctx, func(q *db.Queries) error {
		row, err := q.RepositoryByName(ctx, name)
		if err != nil {
			return err
		}
		identity := insights.RepositoryIdentity(row.Repositories.Location, row.Repositories.IsLocal)
		if err := q.LockIdentity(ctx, identity); err != nil {
			return err
		}
		n, err := q.RemoveRepository(ctx, name)
		if err == nil && n == 0 {
			return noRepository(name)
		}
		return err
	})
	return classify(err, "repository %s", name)
}

// SyncResult is what a sync found in a repository or, if the sync failed, the error.
type SyncResult struct {
	DefaultBranch string
	Head          string // hex; "": no commits
	SizeBytes     int64
	Notices       []string // sentences about what people should know
	At            time.Time
	Err           string // why the sync failed, "" if it did not; if set, only At is read
}

// RecordSync records how a sync ended. A failed sync keeps the result of the last successful one.
func (s *Repositories) RecordSync(ctx context.Context, id int64, r SyncResult) error {
	at := instant(r.At)
	var n int64
	var err error
	if r.Err != "" {
		message := clean(r.Err, maxReason)
		n, err = s.queries().RecordSyncFailure(ctx, db.RecordSyncFailureParams{Error: &message, At: &at, ID: id32(id)})
	} else {
		head, idErr := objectID(r.Head)
		if idErr != nil {
			return idErr
		}
		n, err = s.queries().RecordSync(ctx, db.RecordSyncParams{
			DefaultBranch: textOrNil(r.DefaultBranch), Head: head, SizeBytes: r.SizeBytes, Notices: joinNotices(r.Notices), At: &at, ID: id32(id),
		})
	}
	if err == nil && n == 0 {
		return insights.Errorf(insights.NotFound, "repository %d does not exist", id)
	}
	return classify(err, "repository %d", id)
}

// joinNotices returns notices as they are stored.
func joinNotices(notices []string) string {
	lines := make([]string, len(notices))
	for i, n := range notices {
		lines[i] = strings.ReplaceAll(clean(n, maxReason), "\n", " ")
	}
	return strings.Join(lines, "\n")
}

// splitNotices returns notices that were stored by joinNotices.
func splitNotices(stored string) []string {
	if stored == "" {
		return nil
	}
	return strings.Split(stored, "\n")
}

// SetUnsearched stores a sentence about files that searches leave out, although people may expect
// them to be searched; "" if there are none. It does nothing if the repository does not exist.
func (s *Repositories) SetUnsearched(ctx context.Context, id int64, notice string) error {
	err := s.queries().SetRepositoryUnsearched(ctx, joinNotices([]string{notice}), id32(id))
	return classify(err, "repository %d", id)
}

// SetFlags sets whether a repository is a fork, archived and private.
func (s *Repositories) SetFlags(ctx context.Context, id int64, fork, archived, private bool) error {
	n, err := s.queries().SetRepositoryFlags(ctx, db.SetRepositoryFlagsParams{Fork: fork, Archived: archived, Private: private, ID: id32(id)})
	if err == nil && n == 0 {
		return insights.Errorf(insights.NotFound, "repository %d does not exist", id)
	}
	return classify(err, "repository %d", id)
}

// Rename gives a repository another name. Its samples stay and are listed under the new name. Only
// the views series_points and series_points_snapshots show the old name, for samples in rows of the
// ledger that were made before the renaming. A scope that lists the old name no longer covers the
// repository. Rename returns NotFound when no repository has the name, Conflict when another one
// has the new name, and Invalid for an empty new name.
func (s *Repositories) Rename(ctx context.Context, name, newName string) error {
	if newName = strings.TrimSpace(newName); newName == "" {
		return insights.Errorf(insights.Invalid, "repository %s: rename: the new name is empty", name)
	}
	err := s.inTx(ctx, func(q *db.Queries) error {
		if err := q.AddRepoName(ctx, newName); err != nil {
			return err
		}
		n, err := q.RenameRepository(ctx, newName, name)
		if err == nil && n == 0 {
			return noRepository(name)
		}
		return err
	})
	return classify(err, "repository %s: rename to %s", name, newName)
}

func noRepository(name string) error {
	return insights.Errorf(insights.NotFound, "repository %s does not exist", name)
}

func repositoryOf(r db.Repositories, indexedAt *time.Time) Repository {
	return Repository{
		ID: int64(r.ID), Name: r.Name, Location: r.Location, Local: r.IsLocal,
		DefaultBranch: text(r.DefaultBranch), Head: hexID(r.Head), SizeBytes: r.SizeBytes,
		Fork: r.Fork, Archived: r.Archived, Private: r.Private, CreatedAt: r.CreatedAt.UTC(),
		FetchedAt: instantOrNil(r.FetchedAt), IndexedAt: instantOrNil(indexedAt),
		Error: text(r.Error), ErrorAt: instantOrNil(r.ErrorAt), Notices: splitNotices(r.Notices), Unsearched: r.Unsearched, RewrittenAt: instantOrNil(r.RewrittenAt), DeletedAt: instantOrNil(r.DeletedAt),
	}
}
