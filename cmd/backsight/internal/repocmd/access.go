package repocmd

import (
	"context"
	"errors"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
)

type privateCommand struct {
	remote.Flags
	Names []string `arg:"" name:"name" help:"The repositories."`
}

func (*privateCommand) Help() string {
	return `Administrators and viewers with a grant (backsight repo grant) still see the repositories. Without an authenticating
proxy every user is an administrator.

Example: backsight repo private acme/secret`
}

func (c *privateCommand) Run(ctx context.Context, s *output.Streams) error {
	return setPrivate(ctx, s, c.Flags, c.Names, true)
}

type publicCommand struct {
	remote.Flags
	Names []string `arg:"" name:"name" help:"The repositories."`
}

func (*publicCommand) Help() string {
	return `The server keeps the grants. They take effect again when a repository becomes private.

Example: backsight repo public acme/api`
}

func (c *publicCommand) Run(ctx context.Context, s *output.Streams) error {
	return setPrivate(ctx, s, c.Flags, c.Names, false)
}

func setPrivate(ctx context.Context, s *output.Streams, flags remote.Flags, names []string, private bool) error {
	for _, name := range names {
		if _, err := remote.SetRepositoryPrivate(ctx, flags.Client(), name, private); err != nil {
			return err
		}
		message := name + " is public: every viewer sees it"
		if private {
			message = name + " is private: only administrators and viewers with a grant see it; `backsight repo grants --repo " + name + "` lists the grants"
		}
		if err := output.Done(s, flags.JSON, message); err != nil {
			return err
		}
	}
	return nil
}

type grantCommand struct {
	remote.Flags
	Login string   `arg:"" help:"The viewer's name, as the authenticating proxy sends it."`
	Names []string `arg:"" name:"name" help:"The repositories."`
}

func (*grantCommand) Help() string { return "Example: backsight repo grant ann acme/secret acme/plans" }

func (c *grantCommand) Run(ctx context.Context, s *output.Streams) error {
	for _, name := range c.Names {
		answer, err := remote.GrantRepository(ctx, c.Client(), name, c.Login)
		if err != nil {
			return err
		}
		message := c.Login + " may see " + name
		if !answer.GrantRepository.IsPrivate {
			message += ". The repository is public: `backsight repo private " + name + "` makes it private"
		}
		if err := output.Done(s, c.JSON, message); err != nil {
			return err
		}
	}
	return nil
}

type revokeCommand struct {
	remote.Flags
	Login string   `arg:"" help:"The viewer's name, as the authenticating proxy sends it."`
	Names []string `arg:"" optional:"" name:"name" help:"The repositories."`
	All   bool     `help:"Revoke every grant of the viewer, including grants for removed repositories."`
}

func (*revokeCommand) Help() string {
	return `Examples:
  backsight repo revoke ann acme/secret
  backsight repo revoke ann --all           when ann leaves the company`
}

// Validate is called by kong.
func (c *revokeCommand) Validate() error {
	if c.All == (len(c.Names) > 0) {
		return errors.New("give either the names of repositories or --all")
	}
	return nil
}

func (c *revokeCommand) Run(ctx context.Context, s *output.Streams) error {
	if c.All {
		if _, err := remote.RevokeRepository(ctx, c.Client(), "", c.Login); err != nil {
			return err
		}
		return output.Done(s, c.JSON, "all grants of "+c.Login+" are revoked")
	}
	for _, name := range c.Names {
		if _, err := remote.RevokeRepository(ctx, c.Client(), name, c.Login); err != nil {
			return err
		}
		if err := output.Done(s, c.JSON, "the grant of "+c.Login+" for "+name+" is revoked"); err != nil {
			return err
		}
	}
	return nil
}

type grantsCommand struct {
	remote.Flags
	Repo  string `help:"Only grants for this repository." placeholder:"NAME"`
	Login string `help:"Only grants of this viewer."`
}

func (*grantsCommand) Help() string { return "Example: backsight repo grants --login ann" }

func (c *grantsCommand) Run(ctx context.Context, s *output.Streams) error {
	list := output.NewList(s, c.JSON, "REPOSITORY", "LOGIN", "REPOSITORY IS")
	for after, more := (*string)(nil), true; more; {
		answer, err := remote.RepositoryGrants(ctx, c.Client(), after, c.Repo, c.Login)
		if err != nil {
			return err
		}
		page := answer.RepositoryGrants
		for _, g := range page.Nodes {
			visibility := "public: the grant has no effect yet"
			if g.IsPrivate {
				visibility = "private"
			}
			if err := list.Add(g, g.Repository, g.Login, visibility); err != nil {
				return err
			}
		}
		after, more = page.PageInfo.EndCursor, page.PageInfo.HasNextPage
	}
	return list.End()
}
