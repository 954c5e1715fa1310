package main

import (
	"context"

	"github.com/backsight/backsight/cmd/backsight/internal/historycmd"
)

type historyCommand struct {
	Repositories []string `arg:"" name:"repository" help:"Paths to git repositories, bare or not."`
	Query        string   `short:"q" required:"" help:"What to count, e.g. 'context\\.TODO patterntype:regexp lang:go'." placeholder:"QUERY"`
	Every        string   `help:"Time between samples: 1month (default), 2weeks, 1day, 12hours; or commit, to list each commit that changed the count." placeholder:"INTERVAL"`
	Points       int      `help:"How many samples, 1 to 1000; 12 unless given. With --every commit: at most so many commits; all unless given." placeholder:"N"`
	Until        string   `help:"The newest sample's time, RFC 3339 or a date; now unless given." placeholder:"TIME"`
	At           []string `help:"A sample time, instead of --every; may be repeated." placeholder:"TIME" sep:"none"`
	AtFile       string   `help:"A file with a sample time a line." placeholder:"FILE"`
	ByValue      bool     `help:"Count each value of the query's capture groups: a row per value."`
	Rev          string   `help:"Another branch or tag than the default branch." placeholder:"REV"`
	Index        string   `help:"A folder that holds history indexes: an index is made or brought up to date for each repository, and makes its searches fast." placeholder:"DIR"`
	JSON         bool     `name:"json" help:"Print JSON, one object a line."`
}

func (*historyCommand) Help() string {
	return "Example: backsight history -q 'TODO lang:go' --every 1week --points 52 ~/src/*"
}

// Run prints samples; the status is 1 when any of them is partial or failed.
func (c *historyCommand) Run(ctx context.Context, s *streams) error {
	boundMemory(0)
	collectLate()
	complete, err := historycmd.Run(ctx, historycmd.Options{
		Repositories: c.Repositories, Query: c.Query, Every: c.Every, Points: c.Points, Until: c.Until, At: c.At,
		AtFile: c.AtFile, ByValue: c.ByValue, Rev: c.Rev, JSON: c.JSON, Indexes: c.Index,
	}, s.Out, s.Err)
	if err == nil && !complete {
		return errIncomplete
	}
	return err
}
