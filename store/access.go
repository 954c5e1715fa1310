package store

import (
	"context"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Access reads and writes grants: which viewer may see which private repository.
type Access struct{ *database }

// Grant lets a viewer see a private repository. A grant for a public repository takes effect when
// the repository becomes private.
type Grant struct {
	Repository, Login string
	Private           bool // whether the repository is private now
}

// SetPrivate makes a repository private, so that only administrators and viewers with a grant see
// it, or public. Its grants stay in both cases. Idempotent. It returns NotFound when no repository
// has the name.
func (s *Access) SetPrivate(ctx context.Context, name string, private bool) error {
	n, err := s.queries().SetRepositoryPrivate(ctx, private, name)
	if err == nil && n == 0 {
		return noRepository(name)
	}
	return classify(err, "repository %s", name)
}

// Grant lets the viewer with the login see a repository. The login is the one that the
// authenticating proxy sends. Idempotent. It returns NotFound when no repository has the name, and
// Invalid for a login that is empty, as in requests without authentication, or that begins or ends
// with white space.
func (s *Access) Grant(ctx context.Context, name, login string) error {
	if err := CheckLogin(login); err != nil {
		return err
	}
	found, err := s.queries().GrantRepository(ctx, name, login)
	if err == nil && !found {
		return noRepository(name)
	}
	return classify(err, "repository %s: grant", name)
}

// Revoke deletes a grant. With the name "" it deletes all grants of the login, those for removed
// repositories included. Idempotent. It returns NotFound when no repository has the name, and
// Invalid for the login "".
func (s *Access) Revoke(ctx context.Context, name, login string) error {
	if login == "" {
		return insights.Errorf(insights.Invalid, "no login is given")
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

// GrantFilter selects a page of grants. The zero filter selects the first page of all grants.
type GrantFilter struct {
	Repository, Login string // "": every one
	After             Grant  // the last grant of the previous page
	Limit             int    // 0: 10,000, the maximum
}

// Grants returns grants, sorted by repository and login, without those for removed repositories. It
// returns NotFound when the filter names a repository that does not exist.
func (s *Access) Grants(ctx context.Context, f GrantFilter) ([]Grant, error) {
	if f.Repository != "" {
		if _, err := s.queries().RepositoryByName(ctx, f.Repository); err != nil {
			return nil, classify(err, "repository %s", f.Repository)
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
