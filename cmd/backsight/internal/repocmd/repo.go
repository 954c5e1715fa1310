package repocmd

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/gitrepo"
)

// Command is the group `backsight repo`.
type Command struct {
	Add    addCommand    `cmd:"" help:"Register repositories: paths that exist on the machines of the API and of all workers, or clone URLs."`
	List   listCommand   `cmd:"" help:"List repositories."`
	Sync   syncCommand   `cmd:"" help:"Start a sync of one repository or of all: fetch mirrors, read local repositories, and update the commit indexes."`
	Rename renameCommand `cmd:"" help:"Rename a repository. It keeps its samples."`
	Remove removeCommand `cmd:"" help:"Exclude a repository from future plans. Its computed samples stay in the charts."`

	Private privateCommand `cmd:"" help:"Hide repositories from viewers without a grant."`
	Public  publicCommand  `cmd:"" help:"Show repositories to every viewer."`
	Grant   grantCommand   `cmd:"" help:"Let a viewer see private repositories."`
	Revoke  revokeCommand  `cmd:"" help:"Revoke grants."`
	Grants  grantsCommand  `cmd:"" help:"List the grants: which viewer may see which repository."`
}

type addCommand struct {
	remote.Flags
	Locations []string `arg:"" name:"path-or-url" help:"The path of a git repository, or its clone URL."`
	Name      string   `help:"The name of the repository; only with a single location. Default: derived from the location."`
	Private   bool     `help:"Hide the repositories from viewers without a grant (backsight repo grant)."`
}

func (*addCommand) Help() string {
	return "Example: backsight repo add ~/src/api https://github.com/acme/web.git"
}

// Validate is called by kong.
func (c *addCommand) Validate() error {
	if c.Name != "" && len(c.Locations) > 1 {
		return fmt.Errorf("--name needs a single location, but there are %d", len(c.Locations))
	}
	return nil
}

func (c *addCommand) Run(ctx context.Context, s *output.Streams) error {
	for _, location := range c.Locations {
		answer, err := remote.AddRepository(ctx, c.Client(), absoluteIfPath(location), c.Name, c.Private)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := output.JSON(s.Out, answer.AddRepository); err != nil {
				return err
			}
			continue
		}
		output.Printf(s.Out, "%s\t%s\n", answer.AddRepository.Name, answer.AddRepository.Location)
	}
	return nil
}

// absoluteIfPath returns the absolute form of a path that exists on this machine or, if the path is
// not UTF-8 and so cannot be sent in a request, its file URL. It returns any other text unchanged;
// the server checks it.
func absoluteIfPath(location string) string {
	if _, err := os.Stat(location); err != nil {
		return location
	}
	absolute, err := filepath.Abs(location)
	if err != nil {
		return location
	}
	if !utf8.ValidString(absolute) {
		return gitrepo.FileURL(absolute)
	}
	return absolute
}

type listCommand struct {
	remote.Flags
	Find string `help:"Only repositories whose name matches this regular expression, as in repo: of a query." placeholder:"REGEXP"`
}

func (*listCommand) Help() string { return "Example: backsight repo list --find '^acme/'" }

// Validate is called by kong.
func (c *listCommand) Validate() error {
	_, err := remote.NameScope("--find", c.Find)
	return err
}

func (c *listCommand) Run(ctx context.Context, s *output.Streams) error {
	list := output.NewList(s, c.JSON, "NAME", "BRANCH", "INDEXED", "SIZE", "SEEN BY", "LOCATION", "ERROR", "NOTICE")
	for after, more := (*string)(nil), true; more; {
		answer, err := remote.Repositories(ctx, c.Client(), c.Find, after)
		if err != nil {
			return err
		}
		page := answer.Repositories
		for _, r := range page.Nodes {
			seenBy := "all"
			if r.IsPrivate {
				seenBy = "grants"
			}
			if err := list.Add(r, r.Name, output.Text(r.DefaultBranch), output.Text(r.IndexedAt), output.Bytes(r.SizeBytes), seenBy, r.Location, output.Text(r.Error), cmp.Or(strings.Join(r.Notices, ". "), "-")); err != nil {
				return err
			}
		}
		after, more = page.PageInfo.EndCursor, page.PageInfo.HasNextPage
	}
	return list.End()
}

type syncCommand struct {
	remote.Flags
	Name string `arg:"" optional:"" help:"The repository. Default: all."`
}

func (*syncCommand) Help() string { return "Example: backsight repo sync acme/api" }

func (c *syncCommand) Run(ctx context.Context, s *output.Streams) error {
	if _, err := remote.SyncRepository(ctx, c.Client(), c.Name); err != nil {
		return err
	}
	return output.Done(s, c.JSON, "sync started; `backsight repo list` shows the result")
}

type renameCommand struct {
	remote.Flags
	Name    string `arg:"" help:"The repository."`
	NewName string `arg:"" help:"The new name."`
}

func (*renameCommand) Help() string { return "Example: backsight repo rename acme/old acme/new" }

func (c *renameCommand) Run(ctx context.Context, s *output.Streams) error {
	if _, err := remote.RenameRepository(ctx, c.Client(), c.Name, c.NewName); err != nil {
		return err
	}
	return output.Done(s, c.JSON, "renamed "+c.Name+" to "+c.NewName)
}

type removeCommand struct {
	remote.Flags
	Name string `arg:"" help:"The repository."`
}

func (*removeCommand) Help() string { return "Example: backsight repo remove acme/old" }

func (c *removeCommand) Run(ctx context.Context, s *output.Streams) error {
	if _, err := remote.RemoveRepository(ctx, c.Client(), c.Name); err != nil {
		return err
	}
	return output.Done(s, c.JSON, "removed "+c.Name)
}
