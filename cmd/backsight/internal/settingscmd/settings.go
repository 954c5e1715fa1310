package settingscmd

import (
	"context"
	"fmt"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/remote"
)

// Command is the group `backsight settings`.
type Command struct {
	List listCommand `cmd:"" help:"List the settings with their values and descriptions."`
	Set  setCommand  `cmd:"" help:"Change a setting. It takes effect within seconds, without a restart."`
}

type listCommand struct{ remote.Flags }

func (*listCommand) Help() string { return "Example: backsight settings list" }

func (c *listCommand) Run(ctx context.Context, s *output.Streams) error {
	answer, err := remote.Settings(ctx, c.Client())
	if err != nil {
		return err
	}
	list := output.NewList(s, c.JSON, "KEY", "VALUE", "DEFAULT", "WHAT IT DOES")
	for _, one := range answer.Settings {
		if err := list.Add(one, one.Key, output.Text(&one.Value), output.Text(&one.Default), one.Description); err != nil {
			return err
		}
	}
	return list.End()
}

type setCommand struct {
	remote.Flags
	Key   string `arg:"" help:"The key of the setting."`
	Value string `arg:"" help:"The new value."`
}

func (*setCommand) Help() string {
	return "Example: backsight settings set insights.historical.worker.rateLimit 20"
}

func (c *setCommand) Run(ctx context.Context, s *output.Streams) error {
	answer, err := remote.UpdateSetting(ctx, c.Client(), c.Key, c.Value)
	if err != nil {
		return err
	}
	if c.JSON {
		return output.JSON(s.Out, answer.UpdateSetting)
	}
	_, err = fmt.Fprintf(s.Out, "%s = %s\n", answer.UpdateSetting.Key, answer.UpdateSetting.Value)
	return err
}
