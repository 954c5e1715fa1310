package main

import (
	"context"
	"fmt"

	"github.com/backsight/backsight/internal/devstack"
)

type doctorCommand struct {
	Data string `help:"The data directory of up." placeholder:"DIR" env:"BACKSIGHT_DATA"`
	JSON bool   `name:"json" help:"Print JSON, one object a line."`
}

func (*doctorCommand) Help() string { return "Example: backsight doctor" }

// Run prints findings; the status is 1 when anything is wrong.
func (c *doctorCommand) Run(ctx context.Context, s *streams) error {
	wrong := false
	for _, f := range devstack.Doctor(ctx, devstack.Options{DataDir: c.Data}) {
		wrong = wrong || f.Problem != ""
		if c.JSON {
			if err := printJSON(s.Out, f); err != nil {
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
		return errWrong
	}
	return nil
}
