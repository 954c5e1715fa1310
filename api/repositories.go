package api

import (
	"context"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
	"github.com/backsight/backsight/store"
)

// Repositories lists repositories, sorted by name.
func (r *queryResolver) Repositories(ctx context.Context, first *int, after, find *string) (*generated.RepositoryConnection, error) {
	limit, err := checkPage(first)
	if err != nil {
		return nil, err
	}
	filter := store.RepositoryFilter{Viewer: viewer(ctx), NamePattern: orEmpty(find), Limit: limit + 1}
	if after != nil {
		key, err := decodeCursor("repository", *after, 1)
		if err != nil {
			return nil, err
		}
		filter.After = key[0]
	}
	list, err := r.config.Store.Repositories.List(ctx, filter)
	if err != nil {
		return nil, err
	}
	connection := &generated.RepositoryConnection{}
	list, connection.PageInfo = endPage(list, limit, func(r store.Repository) string { return encodeCursor("repository", r.Name) })
	connection.Nodes = make([]*generated.Repository, len(list))
	for i, repository := range list {
		connection.Nodes[i] = repositoryModel(repository)
	}
	if asksFor(ctx, "totalCount") {
		n, err := r.config.Store.Repositories.Count(ctx, filter)
		if err != nil {
			return nil, err
		}
		connection.TotalCount = int(n)
	}
	return connection, nil
}

func repositoryModel(r store.Repository) *generated.Repository {
	return &generated.Repository{
		ID: strconv.FormatInt(r.ID, 10), Name: r.Name, Location: withoutPassword(r.Location), Local: r.Local,
		DefaultBranch: orNil(r.DefaultBranch), Head: orNil(r.Head), SizeBytes: r.SizeBytes,
		Fork: r.Fork, Archived: r.Archived, IsPrivate: r.Private, FetchedAt: r.FetchedAt, IndexedAt: r.IndexedAt,
		Error: orNil(r.Error), ErrorAt: r.ErrorAt, Notices: noticesOf(r), RewrittenAt: r.RewrittenAt,
	}
}

// noticesOf returns the notices of the last sync, and the one of the last update of the history
// index.
func noticesOf(r store.Repository) []string {
	if r.Unsearched == "" {
		return r.Notices
	}
	return append(slices.Clone(r.Notices), r.Unsearched)
}

// withoutPassword replaces the password in a clone URL by xxxxx. From an HTTP URL it removes user
// name and password, because the user name can be a token.
func withoutPassword(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		// Such a URL was registered by an earlier version, or it is no URL: git@host:path.
		if i := strings.LastIndexByte(location, '@'); i >= 0 && strings.Contains(location, "://") {
			return "xxxxx" + location[i:]
		}
		return location
	}
	if u.User == nil {
		return location
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		u.User = nil
	}
	return u.Redacted()
}

// PreviewRepositoriesFromQuery counts the repositories that are in a scope now.
func (r *queryResolver) PreviewRepositoriesFromQuery(ctx context.Context, text string) (*generated.RepositoryPreviewPayload, error) {
	scope, err := query.ParseScope(text)
	if err != nil {
		return nil, &inputError{err: err, field: []any{"query"}, text: text}
	}
	n, err := r.config.Store.Repositories.CountInScope(ctx, store.ScopeFilter{Match: scope.Matches}, viewer(ctx))
	if err != nil {
		return nil, err
	}
	return &generated.RepositoryPreviewPayload{NumberOfRepositories: int(n)}, nil
}

// AddRepository registers a repository and starts its sync. Idempotent: for a registered location
// it returns the existing repository.
func (r *mutationResolver) AddRepository(ctx context.Context, location string, name *string, private *bool) (*generated.Repository, error) {
	add := r.config.Store.Repositories.Add
	if private != nil && *private {
		add = r.config.Store.Repositories.AddPrivate
	}
	location, local, err := r.checkLocation(ctx, strings.TrimSpace(location))
	if err != nil {
		return nil, invalidUnlessKnown(err)
	}
	candidates := repositoryNames(location, local)
	if given := strings.TrimSpace(orEmpty(name)); given != "" {
		if err := checkName(given); err != nil {
			return nil, err
		}
		candidates = []string{given}
	}
	var repository store.Repository
	for _, candidate := range candidates { // the first name that no other location uses
		repository, err = add(ctx, candidate, location, local)
		if insights.ErrorCode(err) != insights.Conflict {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if private != nil && *private {
		r.logAccess(ctx, repository.Name, "private", true)
	}
	ctx, cancel := afterCommit(ctx)
	defer cancel()
	if err := r.config.Workflows.Sync(ctx, repository.ID); err != nil {
		r.config.Logger.WarnContext(ctx, "starting the sync of a new repository failed; the next sync reads it", "repository", repository.Name, "error", err)
	}
	return repositoryModel(repository), nil
}

// checkLocation returns the location to register, and whether it is a path. A file URL is checked
// as the path in it, and keeps its form.
func (r *mutationResolver) checkLocation(ctx context.Context, text string) (location string, local bool, err error) {
	if filepath.IsAbs(text) {
		location, err = r.config.Repositories.CheckPath(ctx, filepath.Clean(text))
		return location, true, err
	}
	if err := r.config.Repositories.CheckURL(text); err != nil {
		return "", false, err
	}
	u, err := url.Parse(text)
	if err != nil || !strings.EqualFold(u.Scheme, "file") {
		return text, false, nil
	}
	if u.Host != "" && u.Host != "localhost" {
		return "", false, insights.Errorf(insights.Invalid, "%s: a file URL names no host: write file:///path", text)
	}
	path, err := r.config.Repositories.CheckPath(ctx, filepath.Clean("/"+u.Path))
	return (&url.URL{Scheme: "file", Path: path}).String(), false, err
}

func invalidUnlessKnown(err error) error {
	if code := insights.ErrorCode(err); code != insights.Internal {
		return err
	}
	return insights.Errorf(insights.Invalid, "%w", err)
}

// repositoryNames derives possible names from a location, the preferred one first. A URL yields its
// host and path, for example github.com/acme/api. A path yields the folder's name, followed by
// names with more of the path, in case the shorter ones are taken.
func repositoryNames(location string, local bool) []string {
	if local {
		parts := strings.Split(strings.Trim(filepath.ToSlash(strings.TrimSuffix(location, "/.git")), "/"), "/")
		var names []string
		for i := len(parts) - 1; i >= 0; i-- {
			names = append(names, strings.TrimSuffix(strings.Join(parts[i:], "/"), ".git"))
		}
		return names
	}
	if u, err := url.Parse(location); err == nil && strings.Contains(location, "://") {
		name := u.Path
		if !utf8.ValidString(name) { // the database only stores UTF-8
			name = u.EscapedPath()
		}
		return []string{strings.TrimSuffix(strings.Trim(path.Join(u.Hostname(), name), "/"), ".git")}
	}
	// git@host:owner/name.git
	host, rest, _ := strings.Cut(location, ":")
	if _, after, found := strings.Cut(host, "@"); found {
		host = after
	}
	return []string{strings.TrimSuffix(path.Join(host, rest), ".git")}
}

// RemoveRepository removes a repository from all future plans. Computed samples are kept.
func (r *mutationResolver) RemoveRepository(ctx context.Context, name string) (*generated.EmptyResponse, error) {
	return &generated.EmptyResponse{}, r.config.Store.Repositories.Remove(ctx, name)
}

// RenameRepository renames a repository. Its samples are kept.
func (r *mutationResolver) RenameRepository(ctx context.Context, name, newName string) (*generated.Repository, error) {
	if err := checkName(newName); err != nil {
		return nil, err
	}
	if err := r.config.Store.Repositories.Rename(ctx, name, newName); err != nil {
		return nil, err
	}
	repository, err := r.config.Store.Repositories.ByName(ctx, strings.TrimSpace(newName))
	if err != nil {
		return nil, err
	}
	return repositoryModel(repository), nil
}

// maxName is the largest number of bytes of a repository's name that a person gives.
const maxName = 500

func checkName(name string) error {
	return insights.CheckText("the name of the repository", name, maxName)
}

// SyncRepository starts the sync of one repository or, if name is null, of all repositories.
func (r *mutationResolver) SyncRepository(ctx context.Context, name *string) (*generated.EmptyResponse, error) {
	var id int64
	if name != nil {
		repository, err := r.config.Store.Repositories.ByName(ctx, *name)
		if err != nil {
			return nil, err
		}
		id = repository.ID
	}
	ctx, cancel := context.WithTimeout(ctx, messageTimeout)
	defer cancel()
	if err := r.config.Workflows.Sync(ctx, id); err != nil {
		return nil, &insights.Error{Code: insights.ErrorCode(err), Cause: err, Message: "Temporal did not accept the sync: is Temporal running? `backsight doctor` checks the installation"}
	}
	return &generated.EmptyResponse{}, nil
}
