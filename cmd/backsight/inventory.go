package main

import (
	"context"

	"github.com/backsight/backsight/cmd/backsight/internal/historycmd"
)

type inventoryCommand struct {
	Repositories []string `arg:"" name:"repository" help:"Paths to git repositories, bare or not."`
	Query        string   `short:"q" help:"Filters: which files to measure, e.g. 'lang:go -file:_test\\.go$'; all without." placeholder:"FILTERS"`
	By           string   `help:"Group by language or by repository." enum:"language,repository" default:"language"`
	Measure      string   `help:"What to show of several times: lines, bytes or files." enum:"lines,bytes,files" default:"lines"`
	Every        string   `help:"Time between samples: 1month, 2weeks, 1day, 12hours; one sample, now, without it." placeholder:"INTERVAL"`
	Points       int      `help:"How many samples, 1 to 1000; with --every 12 unless given." placeholder:"N"`
	Until        string   `help:"The newest sample's time, RFC 3339 or a date; now unless given." placeholder:"TIME"`
	At           []string `help:"A sample time, instead of --every; may be repeated." placeholder:"TIME" sep:"none"`
	AtFile       string   `help:"A file with a sample time a line." placeholder:"FILE"`
	Rev          string   `help:"Another branch or tag than the default branch." placeholder:"REV"`
	JSON         bool     `name:"json" help:"Print JSON, one object a line, with every measure of every language."`
}

func (*inventoryCommand) Help() string {
	return "Example: backsight inventory --by language --every 1month --points 12 ~/src/*"
}

// Run prints an inventory; the status is 1 when any of its samples is partial or failed.
func (c *inventoryCommand) Run(ctx context.Context, s *streams) error {
	complete, err := historycmd.RunInventory(ctx, historycmd.InventoryOptions{
		Options: historycmd.Options{
			Repositories: c.Repositories, Query: c.Query, Every: c.Every, Points: c.Points, Until: c.Until, At: c.At,
			AtFile: c.AtFile, Rev: c.Rev, JSON: c.JSON,
		},
		By: c.By, Measure: c.Measure,
	}, s.Out, s.Err)
	if err == nil && !complete {
		return errIncomplete
	}
	return err
}
