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

// Repository is what is known of a repository. Location is an absolute path where Local, else a clone URL.
type Repository struct {
	ID            int64
	Name          string
	Location      string
	Local         bool
	DefaultBranch string // full ref name; "": not read yet
	Head          string // hex; "": no commits, or not read yet
	SizeBytes     int64  // of the object store
	Fork          bool
	Archived      bool
	Private       bool
	CreatedAt     time.Time
	FetchedAt     *time.Time // last successful sync
	IndexedAt     *time.Time // the commit index holds all of the history up to this moment
	Error         string     // of the last sync; "" when it succeeded
	ErrorAt       *time.Time
	RewrittenAt   *time.Time // its history last lost commits then (a force-push); nil: never seen
	DeletedAt     *time.Time // set on a removed repository, which samples go on naming
}

// AddRepository registers a repository. The same location again returns the repository that is there, whatever the
// name. Conflict when another location has the name.
func (s *Store) AddRepository(ctx context.Context, name, location string, local bool) (Repository, error) {
	return s.addRepository(ctx, db.AddRepositoryParams{Name: name, Location: location, IsLocal: local})
}

// AddPrivateRepository does so with one that is private from the first moment; one that is there becomes private.
func (s *Store) AddPrivateRepository(ctx context.Context, name, location string, local bool) (Repository, error) {
	return s.addRepository(ctx, db.AddRepositoryParams{Name: name, Location: location, IsLocal: local, Private: true})
}

func (s *Store) addRepository(ctx context.Context, r db.AddRepositoryParams) (Repository, error) {
	name, location := r.Name, r.Location
	if strings.TrimSpace(name) == "" || strings.TrimSpace(location) == "" {
		return Repository{}, insights.Errorf(insights.Invalid, "a repository needs a name and a location (got name %q, location %q)", name, location)
	}
	var repository Repository
	err := s.inTx(ctx, func(q *db.Queries) error {
		if err := q.AddRepoName(ctx, name); err != nil {
			return err
		}
		if _, err := q.AddRepository(ctx, r); err != nil {
			return err
		}
		row, err := q.RepositoryByLocation(ctx, location)
		if errors.Is(err, pgx.ErrNoRows) { // where the other one is, is not for everybody
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

// RepositoryFilter selects a page of repositories. The zero filter is the first page of the public ones.
type RepositoryFilter struct {
	Viewer      Viewer // sees them
	NamePattern string // a regular expression of Postgres; "": every name
	After       string // the last name of the page before
	Limit       int    // 0: the most a page can have
}

// Repositories lists repositories by name, removed ones not. Invalid for a broken pattern.
func (s *Store) Repositories(ctx context.Context, f RepositoryFilter) ([]Repository, error) {
	rows, err := s.queries().Repositories(ctx, db.RepositoriesParams{
		After: f.After, NamePattern: f.NamePattern, SeesAll: f.Viewer.Admin, Login: f.Viewer.Login, RowLimit: pageSize(f.Limit),
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

// RepositoriesAfter lists the repositories with an id over after, by id, removed ones not: for work, which nothing is hidden from.
func (s *Store) RepositoriesAfter(ctx context.Context, after int64, limit int) ([]Repository, error) {
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

// CountRepositories is how many repositories all pages of the filter have together.
func (s *Store) CountRepositories(ctx context.Context, f RepositoryFilter) (int64, error) {
	n, err := s.queries().CountRepositories(ctx, db.CountRepositoriesParams{NamePattern: f.NamePattern, SeesAll: f.Viewer.Admin, Login: f.Viewer.Login})
	return n, classify(err, "repositories matching %q", f.NamePattern)
}

// Repository returns one repository, removed or not.
func (s *Store) Repository(ctx context.Context, id int64) (Repository, error) {
	found, err := s.RepositoriesByID(ctx, []int64{id})
	if err != nil {
		return Repository{}, err
	}
	repository, ok := found[id]
	if !ok {
		return Repository{}, insights.Errorf(insights.NotFound, "repository %d does not exist", id)
	}
	return repository, nil
}

// RepositoryByName returns the repository that has the name now.
func (s *Store) RepositoryByName(ctx context.Context, name string) (Repository, error) {
	row, err := s.queries().RepositoryByName(ctx, name)
	if err != nil {
		return Repository{}, classify(err, "repository %s", name)
	}
	return repositoryOf(row.Repositories, row.LastIndexedAt), nil
}

// RepositoriesByID returns those of the repositories that exist, removed or not.
func (s *Store) RepositoriesByID(ctx context.Context, ids []int64) (map[int64]Repository, error) {
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

// MissingRepositories returns those of the names that no repository has which the viewer sees, sorted.
func (s *Store) MissingRepositories(ctx context.Context, names []string, who Viewer) ([]string, error) {
	missing, err := s.queries().MissingRepositories(ctx, db.MissingRepositoriesParams{Names: names, SeesAll: who.Admin, Login: who.Login})
	return missing, classify(err, "repositories")
}

// RemoveRepository takes a repository out of every plan to come and frees its name. What was sampled in it stays.
func (s *Store) RemoveRepository(ctx context.Context, name string) error {
	n, err := s.queries().RemoveRepository(ctx, name)
	if err == nil && n == 0 {
		return noRepository(name)
	}
	return classify(err, "repository %s", name)
}

// SyncResult is what reading a repository brought to light, or Err.
type SyncResult struct {
	DefaultBranch string
	Head          string // hex; "": no commits
	SizeBytes     int64
	At            time.Time
	Err           string // not "": the sync failed; the other fields but At are ignored and what was known stays
}

// RecordSync notes the end of a sync.
func (s *Store) RecordSync(ctx context.Context, id int64, r SyncResult) error {
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
			DefaultBranch: textOrNil(r.DefaultBranch), Head: head, SizeBytes: r.SizeBytes, At: &at, ID: id32(id),
		})
	}
	if err == nil && n == 0 {
		return insights.Errorf(insights.NotFound, "repository %d does not exist", id)
	}
	return classify(err, "repository %d", id)
}

// SetRepositoryTraits notes what a code host says of a repository.
func (s *Store) SetRepositoryTraits(ctx context.Context, id int64, fork, archived, private bool) error {
	n, err := s.queries().SetRepositoryTraits(ctx, db.SetRepositoryTraitsParams{Fork: fork, Archived: archived, Private: private, ID: id32(id)})
	if err == nil && n == 0 {
		return insights.Errorf(insights.NotFound, "repository %d does not exist", id)
	}
	return classify(err, "repository %d", id)
}

func repositoryOf(r db.Repositories, indexedAt *time.Time) Repository {
	return Repository{
		ID: int64(r.ID), Name: r.Name, Location: r.Location, Local: r.IsLocal,
		DefaultBranch: text(r.DefaultBranch), Head: hexID(r.Head), SizeBytes: r.SizeBytes,
		Fork: r.Fork, Archived: r.Archived, Private: r.Private, CreatedAt: r.CreatedAt.UTC(),
		FetchedAt: instantOrNil(r.FetchedAt), IndexedAt: instantOrNil(indexedAt),
		Error: text(r.Error), ErrorAt: instantOrNil(r.ErrorAt), RewrittenAt: instantOrNil(r.RewrittenAt), DeletedAt: instantOrNil(r.DeletedAt),
	}
}
