package api

import (
	"context"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// RepositoryGrants lists grants.
func (r *queryResolver) RepositoryGrants(ctx context.Context, first *int, after, repository, login *string) (*generated.RepositoryGrantConnection, error) {
	limit, err := checkPage(first)
	if err != nil {
		return nil, err
	}
	filter := store.GrantFilter{Repository: orEmpty(repository), Login: orEmpty(login), Limit: limit + 1}
	if after != nil {
		key, err := decodeCursor("grant", *after, 2)
		if err != nil {
			return nil, err
		}
		filter.After = store.Grant{Repository: key[0], Login: key[1]}
	}
	list, err := r.config.Store.Access.Grants(ctx, filter)
	if err != nil {
		return nil, err
	}
	connection := &generated.RepositoryGrantConnection{}
	list, connection.PageInfo = endPage(list, limit, func(g store.Grant) string { return encodeCursor("grant", g.Repository, g.Login) })
	connection.Nodes = make([]*generated.RepositoryGrant, len(list))
	for i, g := range list {
		connection.Nodes[i] = &generated.RepositoryGrant{Repository: g.Repository, Login: g.Login, IsPrivate: g.Private}
	}
	return connection, nil
}

// SetRepositoryPrivate makes a repository private or public.
func (r *mutationResolver) SetRepositoryPrivate(ctx context.Context, name string, private bool) (*generated.Repository, error) {
	if err := r.config.Store.Access.SetPrivate(ctx, name, private); err != nil {
		return nil, err
	}
	return r.accessChanged(ctx, name, "private", private)
}

// GrantRepository lets a person see a private repository. Idempotent.
func (r *mutationResolver) GrantRepository(ctx context.Context, name, login string) (*generated.Repository, error) {
	if err := r.config.Store.Access.Grant(ctx, name, login); err != nil {
		return nil, err
	}
	return r.accessChanged(ctx, name, "granted", login)
}

// accessChanged logs a change of access with the person who made it, and returns the repository.
func (r *mutationResolver) accessChanged(ctx context.Context, name string, what ...any) (*generated.Repository, error) {
	r.logAccess(ctx, name, what...)
	repository, err := r.config.Store.Repositories.ByName(ctx, name)
	if err != nil {
		return nil, err
	}
	return repositoryModel(repository), nil
}

// logAccess logs who changed the access to a repository, and how.
func (r *mutationResolver) logAccess(ctx context.Context, name string, what ...any) {
	r.config.Logger.InfoContext(ctx, "access to a repository was changed", append([]any{"repository", name, "by", viewer(ctx).Login}, what...)...)
}

// RevokeRepository removes a person's grant for one repository or, if name is null, all grants of
// the person. Idempotent.
func (r *mutationResolver) RevokeRepository(ctx context.Context, name *string, login string) (*generated.EmptyResponse, error) {
	if name != nil && *name == "" {
		return nil, insights.Errorf(insights.Invalid, "name: give a repository's name, or null for all grants of %s", login)
	}
	if err := r.config.Store.Access.Revoke(ctx, orEmpty(name), login); err != nil {
		return nil, err
	}
	if name == nil {
		r.config.Logger.InfoContext(ctx, "all grants of a person were removed", "by", viewer(ctx).Login, "revoked", login)
	} else {
		r.config.Logger.InfoContext(ctx, "access to a repository was changed", "repository", *name, "by", viewer(ctx).Login, "revoked", login)
	}
	return &generated.EmptyResponse{}, nil
}
