package main

import (
	"context"
	"fmt"
)

type repoPrivate struct {
	clientFlags
	Names []string `arg:"" name:"name" help:"The repositories."`
}

func (*repoPrivate) Help() string {
	return "Administrators and who has a grant (backsight repo grant) go on seeing them. Without an authenticating proxy everybody is an administrator.\n\nExample: backsight repo private acme/secret"
}

func (c *repoPrivate) Run(ctx context.Context, s *streams) error {
	return setPrivate(ctx, s, c.clientFlags, c.Names, true)
}

type repoPublic struct {
	clientFlags
	Names []string `arg:"" name:"name" help:"The repositories."`
}

func (*repoPublic) Help() string {
	return "Grants stay, and wait.\n\nExample: backsight repo public acme/api"
}

func (c *repoPublic) Run(ctx context.Context, s *streams) error {
	return setPrivate(ctx, s, c.clientFlags, c.Names, false)
}

func setPrivate(ctx context.Context, s *streams, flags clientFlags, names []string, private bool) error {
	for _, name := range names {
		err := flags.client().Do(ctx, `mutation($name: String!, $private: Boolean!) { setRepositoryPrivate(name: $name, private: $private) { name } }`,
			map[string]any{"name": name, "private": private}, nil)
		if err != nil {
			return err
		}
		message := name + " is seen by everybody"
		if private {
			message = name + " is seen by administrators and who has a grant; `backsight repo grants --repo " + name + "` lists them"
		}
		if err := done(s, flags.JSON, message); err != nil {
			return err
		}
	}
	return nil
}

type repoGrant struct {
	clientFlags
	Login string   `arg:"" help:"The person, by the name that the authenticating proxy gives."`
	Names []string `arg:"" name:"name" help:"The repositories."`
}

func (*repoGrant) Help() string { return "Example: backsight repo grant ann acme/secret acme/plans" }

func (c *repoGrant) Run(ctx context.Context, s *streams) error {
	for _, name := range c.Names {
		var answer struct {
			GrantRepository struct {
				IsPrivate bool `json:"isPrivate"`
			} `json:"grantRepository"`
		}
		err := c.client().Do(ctx, `mutation($name: String!, $login: String!) { grantRepository(name: $name, login: $login) { isPrivate } }`,
			map[string]any{"name": name, "login": c.Login}, &answer)
		if err != nil {
			return err
		}
		message := c.Login + " sees " + name
		if !answer.GrantRepository.IsPrivate {
			message += ", as everybody does until `backsight repo private " + name + "`"
		}
		if err := done(s, c.JSON, message); err != nil {
			return err
		}
	}
	return nil
}

type repoRevoke struct {
	clientFlags
	Login string   `arg:"" help:"The person, by the name that the authenticating proxy gives."`
	Names []string `arg:"" optional:"" name:"name" help:"The repositories."`
	All   bool     `help:"Everything that the person may see, samples of removed repositories too."`
}

func (*repoRevoke) Help() string {
	return "Example: backsight repo revoke ann acme/secret\nWho leaves:  backsight repo revoke ann --all"
}

// Validate is called by kong.
func (c *repoRevoke) Validate() error {
	if c.All == (len(c.Names) > 0) {
		return fmt.Errorf("name repositories, or give --all")
	}
	return nil
}

func (c *repoRevoke) Run(ctx context.Context, s *streams) error {
	const operation = `mutation($name: String, $login: String!) { revokeRepository(name: $name, login: $login) { alwaysNil } }`
	if c.All {
		if err := c.client().Do(ctx, operation, map[string]any{"login": c.Login}, nil); err != nil {
			return err
		}
		return done(s, c.JSON, c.Login+" has no grants")
	}
	for _, name := range c.Names {
		if err := c.client().Do(ctx, operation, map[string]any{"name": name, "login": c.Login}, nil); err != nil {
			return err
		}
		if err := done(s, c.JSON, c.Login+" has no grant for "+name); err != nil {
			return err
		}
	}
	return nil
}

type repoGrants struct {
	clientFlags
	Repo  string `help:"Only of this repository." placeholder:"NAME"`
	Login string `help:"Only of this person."`
}

func (*repoGrants) Help() string { return "Example: backsight repo grants --login ann" }

func (c *repoGrants) Run(ctx context.Context, s *streams) error {
	type grant struct {
		Repository string `json:"repository"`
		Login      string `json:"login"`
		IsPrivate  bool   `json:"isPrivate"`
	}
	list := newListing(s, c.JSON, "REPOSITORY", "LOGIN", "REPOSITORY IS")
	variables := map[string]any{}
	if c.Repo != "" {
		variables["repository"] = c.Repo
	}
	if c.Login != "" {
		variables["login"] = c.Login
	}
	for {
		var answer struct {
			RepositoryGrants struct {
				Nodes    []grant  `json:"nodes"`
				PageInfo pageInfo `json:"pageInfo"`
			} `json:"repositoryGrants"`
		}
		err := c.client().Do(ctx, `query($after: String, $repository: String, $login: String) {
			repositoryGrants(first: 200, after: $after, repository: $repository, login: $login) { nodes { repository login isPrivate } pageInfo { endCursor hasNextPage } } }`, variables, &answer)
		if err != nil {
			return err
		}
		for _, g := range answer.RepositoryGrants.Nodes {
			visible := "public: the grant waits"
			if g.IsPrivate {
				visible = "private"
			}
			if err := list.add(g, g.Repository, g.Login, visible); err != nil {
				return err
			}
		}
		if !answer.RepositoryGrants.PageInfo.HasNextPage {
			break
		}
		variables["after"] = answer.RepositoryGrants.PageInfo.EndCursor
	}
	return list.end()
}
