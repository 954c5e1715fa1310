package store

import (
	"context"
	"strings"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Grant lets a person see a private repository. Of a public one it waits until that is private.
type Grant struct {
	Repository, Login string
	Private           bool
}

// SetRepositoryPrivate hides a repository from who has no grant, or shows it to everybody; its grants stay. Again, it does nothing. NotFound
// where there is no such repository.
func (s *Store) SetRepositoryPrivate(ctx context.Context, name string, private bool) error {
	n, err := s.queries().SetRepositoryPrivate(ctx, private, name)
	if err == nil && n == 0 {
		return noRepository(name)
	}
	return classify(err, "repository %s", name)
}

// GrantRepository lets a person, by the name that the authenticating proxy gives, see a repository. Again, it does nothing. NotFound where there
// is no such repository, Invalid for an empty name: a request that no proxy vouches for has that.
func (s *Store) GrantRepository(ctx context.Context, name, login string) error {
	if err := checkLogin(login); err != nil {
		return err
	}
	found, err := s.queries().GrantRepository(ctx, name, login)
	if err == nil && !found {
		return noRepository(name)
	}
	return classify(err, "repository %s: grant", name)
}

// RevokeRepository takes that back; name "" is everything that the person may see, removed repositories too. Again, it does nothing.
func (s *Store) RevokeRepository(ctx context.Context, name, login string) error {
	if err := checkLogin(login); err != nil {
		return err
	}
	if name == "" {
		return classify(s.queries().RevokeAll(ctx, login), "grants of %s", login)
	}
	found, err := s.queries().RevokeRepository(ctx, name, login)
	if err == nil && !found {
		return noRepository(name)
	}
	return classify(err, "repository %s: revoke", name)
}

// GrantFilter selects a page of grants. The zero filter is the first page of all.
type GrantFilter struct {
	Repository, Login string // "": every
	After             Grant  // the last one of the page before
	Limit             int    // 0: the most a page can have
}

// Grants lists who may see what, by repository and person; grants of removed repositories not. NotFound where the filter names a repository
// that does not exist.
func (s *Store) Grants(ctx context.Context, f GrantFilter) ([]Grant, error) {
	if f.Repository != "" {
		if _, err := s.RepositoryByName(ctx, f.Repository); err != nil {
			return nil, err
		}
	}
	rows, err := s.queries().Grants(ctx, db.GrantsParams{
		Name: f.Repository, Login: f.Login, AfterName: f.After.Repository, AfterLogin: f.After.Login, RowLimit: pageSize(f.Limit),
	})
	if err != nil {
		return nil, classify(err, "grants")
	}
	list := make([]Grant, len(rows))
	for i, row := range rows {
		list[i] = Grant{Repository: row.Name, Login: row.Login, Private: row.Private}
	}
	return list, nil
}

// CheckSeen is NotFound where the viewer sees no repository of that name, be there one or not.
func (s *Store) CheckSeen(ctx context.Context, who Viewer, name string) error {
	missing, err := s.MissingRepositories(ctx, []string{name}, who)
	if err == nil && len(missing) > 0 {
		return noRepository(name)
	}
	return err
}

func checkLogin(login string) error {
	if login == "" || strings.TrimSpace(login) != login {
		return insights.Errorf(insights.Invalid, "login %q: give the name that the proxy sends, without spaces around it", login)
	}
	return nil
}

func noRepository(name string) error {
	return insights.Errorf(insights.NotFound, "repository %s does not exist", name)
}
