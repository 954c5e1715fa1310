package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/backsight/backsight/cmd/backsight/internal/render"
)

type repoCommand struct {
	Add    repoAdd    `cmd:"" help:"Register repositories: paths on the server's machine, or clone URLs."`
	List   repoList   `cmd:"" help:"List repositories."`
	Sync   repoSync   `cmd:"" help:"Fetch and index one repository now, or all."`
	Rename repoRename `cmd:"" help:"Give a repository another name; its samples stay."`
	Remove repoRemove `cmd:"" help:"Take a repository out of all plans to come; what was computed stays."`

	Private repoPrivate `cmd:"" help:"Hide repositories from who has no grant for them."`
	Public  repoPublic  `cmd:"" help:"Show repositories to everybody."`
	Grant   repoGrant   `cmd:"" help:"Let a person see private repositories."`
	Revoke  repoRevoke  `cmd:"" help:"Take grants back."`
	Grants  repoGrants  `cmd:"" help:"List who may see what."`
}

// repository is what the commands show of one.
type repository struct {
	Name          string  `json:"name"`
	Location      string  `json:"location"`
	DefaultBranch *string `json:"defaultBranch"`
	Head          *string `json:"head"`
	SizeBytes     int64   `json:"sizeBytes"`
	FetchedAt     *string `json:"fetchedAt"`
	IndexedAt     *string `json:"indexedAt"`
	Private       bool    `json:"isPrivate"`
	Error         *string `json:"error"`
	RewrittenAt   *string `json:"rewrittenAt"` // its history last lost commits then
}

const repositoryFields = `name location defaultBranch head sizeBytes fetchedAt indexedAt isPrivate error rewrittenAt`

type repoAdd struct {
	clientFlags
	Locations []string `arg:"" name:"path-or-url" help:"A git repository's path, or its clone URL."`
	Name      string   `help:"Its name; derived from the location otherwise. For one location only."`
	Private   bool     `help:"Only administrators and who is granted it see it: backsight repo grant."`
}

func (*repoAdd) Help() string {
	return "Example: backsight repo add ~/src/api https://github.com/acme/web.git"
}

// Validate is called by kong.
func (c *repoAdd) Validate() error {
	if c.Name != "" && len(c.Locations) > 1 {
		return fmt.Errorf("--name is for one location, there are %d", len(c.Locations))
	}
	return nil
}

func (c *repoAdd) Run(ctx context.Context, s *streams) error {
	for _, location := range c.Locations {
		variables := map[string]any{"location": absoluteIfPath(location)}
		if c.Name != "" {
			variables["name"] = c.Name
		}
		if c.Private {
			variables["private"] = true
		}
		var answer struct {
			AddRepository repository `json:"addRepository"`
		}
		if err := c.client().Do(ctx, `mutation($location: String!, $name: String, $private: Boolean) { addRepository(location: $location, name: $name, private: $private) { `+repositoryFields+` } }`, variables, &answer); err != nil {
			return err
		}
		if c.JSON {
			if err := printJSON(s.Out, answer.AddRepository); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(s.Out, "%s\t%s\n", answer.AddRepository.Name, answer.AddRepository.Location)
	}
	return nil
}

// absoluteIfPath makes a path that exists here absolute; anything else is for the server to judge.
func absoluteIfPath(location string) string {
	if _, err := os.Stat(location); err != nil {
		return location
	}
	absolute, err := filepath.Abs(location)
	if err != nil {
		return location
	}
	return absolute
}

type repoList struct {
	clientFlags
	Find string `help:"Only names that match this regular expression." placeholder:"REGEXP"`
}

func (*repoList) Help() string { return "Example: backsight repo list --find '^acme/'" }

func (c *repoList) Run(ctx context.Context, s *streams) error {
	list := newListing(s, c.JSON, "NAME", "BRANCH", "INDEXED", "SIZE", "SEEN BY", "LOCATION", "ERROR")
	variables := map[string]any{"find": c.Find}
	for {
		var answer struct {
			Repositories struct {
				Nodes    []repository `json:"nodes"`
				PageInfo pageInfo     `json:"pageInfo"`
			} `json:"repositories"`
		}
		err := c.client().Do(ctx, `query($find: String, $after: String) { repositories(first: 200, after: $after, find: $find) { nodes { `+repositoryFields+` } pageInfo { endCursor hasNextPage } } }`, variables, &answer)
		if err != nil {
			return err
		}
		for _, r := range answer.Repositories.Nodes {
			seenBy := "all"
			if r.Private {
				seenBy = "grants"
			}
			if err := list.add(r, r.Name, render.Text(r.DefaultBranch), render.Text(r.IndexedAt), render.Bytes(r.SizeBytes), seenBy, r.Location, render.Text(r.Error)); err != nil {
				return err
			}
		}
		if !answer.Repositories.PageInfo.HasNextPage {
			break
		}
		variables["after"] = answer.Repositories.PageInfo.EndCursor
	}
	return list.end()
}

type pageInfo struct {
	EndCursor   *string `json:"endCursor"`
	HasNextPage bool    `json:"hasNextPage"`
}

type repoSync struct {
	clientFlags
	Name string `arg:"" optional:"" help:"The repository; all without one."`
}

func (*repoSync) Help() string { return "Example: backsight repo sync acme/api" }

func (c *repoSync) Run(ctx context.Context, s *streams) error {
	variables := map[string]any{}
	if c.Name != "" {
		variables["name"] = c.Name
	}
	if err := c.client().Do(ctx, `mutation($name: String) { syncRepository(name: $name) { alwaysNil } }`, variables, nil); err != nil {
		return err
	}
	return done(s, c.JSON, "sync started; `backsight repo list` shows how it went")
}

type repoRename struct {
	clientFlags
	Name    string `arg:"" help:"The repository."`
	NewName string `arg:"" help:"Its name from now on."`
}

func (*repoRename) Help() string { return "Example: backsight repo rename acme/old acme/new" }

func (c *repoRename) Run(ctx context.Context, s *streams) error {
	if err := c.client().Do(ctx, `mutation($name: String!, $to: String!) { renameRepository(name: $name, newName: $to) { name } }`, map[string]any{"name": c.Name, "to": c.NewName}, nil); err != nil {
		return err
	}
	return done(s, c.JSON, "renamed "+c.Name+" to "+c.NewName)
}

type repoRemove struct {
	clientFlags
	Name string `arg:"" help:"The repository."`
}

func (*repoRemove) Help() string { return "Example: backsight repo remove acme/old" }

func (c *repoRemove) Run(ctx context.Context, s *streams) error {
	if err := c.client().Do(ctx, `mutation($name: String!) { removeRepository(name: $name) { alwaysNil } }`, map[string]any{"name": c.Name}, nil); err != nil {
		return err
	}
	return done(s, c.JSON, "removed "+c.Name)
}

// done tells that a command without a result has worked: an empty object for programs.
func done(s *streams, asJSON bool, message string) error {
	if asJSON {
		return printJSON(s.Out, struct{}{})
	}
	_, err := fmt.Fprintln(s.Out, message)
	return err
}
