package servecmd

import (
	"context"
	"fmt"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/internal/devstack"
)

// DoctorCommand is `backsight doctor`.
type DoctorCommand struct {
	Data string `help:"The data directory of backsight up. Default: that of backsight up without --data." placeholder:"DIR" env:"BACKSIGHT_DATA"`
	JSON bool   `name:"json" help:"Print JSON, one object per line."`
}

// Help is called by kong.
func (*DoctorCommand) Help() string { return "Example: backsight doctor" }

// Run prints what devstack.Doctor found. It returns output.ErrReported when anything is wrong.
func (c *DoctorCommand) Run(ctx context.Context, s *output.Streams) error {
	wrong := false
	for _, f := range devstack.Doctor(ctx, devstack.Options{DataDir: c.Data}) {
		wrong = wrong || f.Problem != ""
		if c.JSON {
			if err := output.JSON(s.Out, f); err != nil {
				return err
			}
			continue
		}
		mark, what := "ok  ", f.Version
		if f.Problem != "" {
			mark = "WRONG"
		}
		if f.Path != "" {
			what += "  " + f.Path
		}
		fmt.Fprintf(s.Out, "%-5s %-15s %s\n", mark, f.Name, what)
		for _, line := range []string{f.Why, f.Problem} {
			if line != "" {
				fmt.Fprintf(s.Out, "      %-15s %s\n", "", line)
			}
		}
		if f.Fix != "" {
			fmt.Fprintf(s.Out, "      %-15s → %s\n", "", f.Fix)
		}
	}
	if wrong {
		return output.ErrReported
	}
	return nil
}
