package api

import (
	"context"
	"slices"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// A role says which root fields of the schema a person may use; see permissions. Each role includes
// the ones before it.
type role int

const (
	noRole role = iota // of a request that was not authenticated
	viewerRole
	editorRole
	adminRole
)

func (r role) String() string {
	return [...]string{"not signed in", "a viewer", "an editor", "an administrator"}[r]
}

// andAbove names the people who have the role or a higher one.
func (r role) andAbove() string {
	return [...]string{"", "people who are signed in", "editors and administrators", "administrators"}[r]
}

// A person sends requests.
type person struct {
	store.Viewer // its Login is "" without an authenticating proxy
	role         role
}

// everyone in Auth.Editors gives the role editor to everybody who is signed in.
const everyone = "*"

// personOf returns the person with a login that the authenticating proxy sent.
func (a Auth) personOf(login string) person {
	who := person{Viewer: store.Viewer{Login: login}, role: viewerRole}
	switch {
	case slices.Contains(a.Admins, login):
		who.Admin, who.role = true, adminRole
	case slices.Contains(a.Editors, login) || slices.Contains(a.Editors, everyone):
		who.role = editorRole
	}
	return who
}

// CheckLogins returns an Invalid error that names the first entry of Admins or Editors that cannot
// be a login.
func (a Auth) CheckLogins() error {
	for _, login := range a.Admins {
		if err := store.CheckLogin(login); err != nil {
			return insights.Errorf(insights.Invalid, "--admins: %w", err)
		}
	}
	for _, login := range a.Editors {
		if err := store.CheckLogin(login); err != nil && login != everyone {
			return insights.Errorf(insights.Invalid, "--editors: %w", err)
		}
	}
	return nil
}

type personKey struct{}

// sender returns the person who sent a request. A request that did not pass through guard comes
// from the zero person, who may do nothing.
func sender(ctx context.Context) person {
	who, _ := ctx.Value(personKey{}).(person)
	return who
}

// viewer returns the viewer of a request.
func viewer(ctx context.Context) store.Viewer { return sender(ctx).Viewer }

// CurrentUser returns the person who sent the request.
func (r *queryResolver) CurrentUser(ctx context.Context) (*generated.User, error) {
	who := sender(ctx)
	roles := map[role]generated.Role{viewerRole: generated.RoleViewer, editorRole: generated.RoleEditor, adminRole: generated.RoleAdmin}
	return &generated.User{Username: who.Login, SiteAdmin: who.Admin, Role: roles[who.role]}, nil
}

// owns reports whether the person is `owner`, the login that is stored with an insight. An insight
// that was created without authentication has no owner.
func (p person) owns(owner string) bool { return owner != "" && owner == p.Login }
