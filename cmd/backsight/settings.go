package main

import (
	"context"
	"fmt"

	"github.com/backsight/backsight/cmd/backsight/internal/render"
)

type settingsCommand struct {
	List settingsList `cmd:"" help:"List the settings, their values and what they do."`
	Set  settingsSet  `cmd:"" help:"Change a setting; workers take it over within seconds."`
}

type setting struct {
	Key         string `json:"key"`
	Value       string `json:"value"`
	Default     string `json:"default"`
	Description string `json:"description"`
}

type settingsList struct{ clientFlags }

func (*settingsList) Help() string { return "Example: backsight settings list" }

func (c *settingsList) Run(ctx context.Context, s *streams) error {
	var answer struct {
		Settings []setting `json:"settings"`
	}
	if err := c.client().Do(ctx, `{ settings { key value default description } }`, nil, &answer); err != nil {
		return err
	}
	list := newListing(s, c.JSON, "KEY", "VALUE", "DEFAULT", "WHAT IT DOES")
	for _, one := range answer.Settings {
		if err := list.add(one, one.Key, render.Text(&one.Value), render.Text(&one.Default), one.Description); err != nil {
			return err
		}
	}
	return list.end()
}

type settingsSet struct {
	clientFlags
	Key   string `arg:"" help:"The setting's key."`
	Value string `arg:"" help:"Its new value."`
}

func (*settingsSet) Help() string {
	return "Example: backsight settings set insights.historical.worker.rateLimit 20"
}

func (c *settingsSet) Run(ctx context.Context, s *streams) error {
	var answer struct {
		UpdateSetting setting `json:"updateSetting"`
	}
	err := c.client().Do(ctx, `mutation($key: String!, $value: String!) { updateSetting(key: $key, value: $value) { key value default description } }`,
		map[string]any{"key": c.Key, "value": c.Value}, &answer)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.Out, answer.UpdateSetting)
	}
	_, err = fmt.Fprintf(s.Out, "%s = %s\n", answer.UpdateSetting.Key, answer.UpdateSetting.Value)
	return err
}
