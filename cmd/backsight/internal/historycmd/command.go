package historycmd

import (
	"context"

	"github.com/backsight/backsight/cmd/backsight/internal/memory"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
)

// sharedFlags are the arguments and flags that history and inventory share.
type sharedFlags struct {
	Repositories []string `arg:"" name:"repository" help:"Paths of git repositories, bare or not."`
	Until        string   `help:"The time of the newest sample, in RFC 3339, or a date, which means its midnight in UTC. Default: now." placeholder:"TIME"`
	At           []string `help:"The time of a sample, written as for --until. Use the flag instead of --every, and repeat it for more samples." placeholder:"TIME" sep:"none"`
	AtFile       string   `help:"A file with the time of a sample on each line, written as for --until. Empty lines and lines that begin with # are ignored." placeholder:"FILE"`
	Rev          string   `help:"The branch, tag or commit to search. Default: the branch that HEAD names; in a work tree, the branch that origin/HEAD names, if it exists." placeholder:"REV"`
	JSON         bool     `name:"json" help:"Print JSON, one object per line."`
}

func (f sharedFlags) options() options {
	return options{Repositories: f.Repositories, Until: f.Until, At: f.At, AtFile: f.AtFile, Rev: f.Rev, JSON: f.JSON}
}

// HistoryCommand is `backsight history`.
type HistoryCommand struct {
	Query  string `short:"q" required:"" help:"What to count, for example 'context\\.TODO patterntype:regexp lang:go'." placeholder:"QUERY"`
	Every  string `help:"The time between samples, for example 2weeks, 1day or 12hours (default: 1month). Instead, --every commit lists each commit that changed the count; without --until, it also lists commits dated in the future." placeholder:"INTERVAL"`
	Points *int   `help:"The number of samples, 1 to 1000 (default: 12). With --every commit, the largest number of commits to list (default: all)." placeholder:"N"`
	sharedFlags
	ByValue bool   `help:"Count each value of the query's capture groups, in a row per value."`
	Index   string `help:"A folder for history indexes, which make searches fast. The command creates or updates an index for each repository. If that takes longer than half of the query's timeout:, the repository is searched without the index in the rest of the time." placeholder:"DIR"`
}

// Help is called by kong.
func (*HistoryCommand) Help() string {
	return `In the query, repo: and -repo: choose among the given repositories by the end of the path: its last folder, or its
last two or three, as in api, acme/api and github.com/acme/api.

Example: backsight history -q 'TODO lang:go' --every 1week --points 52 ~/src/*`
}

// Run prints samples or, with --every commit, commits. It returns output.ErrReported when any of
// them is partial or failed.
func (c *HistoryCommand) Run(ctx context.Context, s *output.Streams) error {
	memory.Limit(0)
	memory.CollectLate()
	o := c.options()
	o.Query, o.Every, o.Points, o.ByValue, o.Indexes = c.Query, c.Every, c.Points, c.ByValue, c.Index
	return reported(countHistory(ctx, o, s.Out, s.Err))
}

// InventoryCommand is `backsight inventory`.
type InventoryCommand struct {
	Query   string `short:"q" help:"Filters that select the files to measure, for example 'lang:go -file:_test\\.go$'. Default: all files." placeholder:"FILTERS"`
	By      string `help:"Group by language or by repository." enum:"language,repository" default:"language"`
	Measure string `help:"What to show when there are several sample times: lines, bytes or files. JSON has all three." enum:"lines,bytes,files" default:"lines"`
	Every   string `help:"The time between samples: 1month, 2weeks, 1day, 12hours. Default: 1month with --points, else a single sample: at the time of --until, or now." placeholder:"INTERVAL"`
	Points  *int   `help:"The number of samples, 1 to 1000. Default with --every: 12." placeholder:"N"`
	sharedFlags
}

// Help is called by kong.
func (*InventoryCommand) Help() string {
	return "Example: backsight inventory --by language --every 1month --points 12 ~/src/*"
}

// Run prints an inventory. It returns output.ErrReported when any sample is partial or failed.
func (c *InventoryCommand) Run(ctx context.Context, s *output.Streams) error {
	o := c.options()
	o.Query, o.Every, o.Points = c.Query, c.Every, c.Points
	return reported(measureInventory(ctx, inventoryOptions{options: o, By: c.By, Measure: c.Measure}, s.Out, s.Err))
}

// reported turns an incomplete result into output.ErrReported.
func reported(complete bool, err error) error {
	if err == nil && !complete {
		return output.ErrReported
	}
	return err
}
