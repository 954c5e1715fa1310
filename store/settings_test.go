package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestSettingsHaveDefaultsAndChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := store.SettingValues{}
	for _, known := range store.KnownSettings {
		want[known.Key] = known.Default
		require.NotEmpty(t, known.Description)
		require.NoError(t, b.Settings.Set(b.ctx, known.Key, known.Default), "a default is valid")
	}
	_, err := b.pool.Exec(b.ctx, `DELETE FROM settings; INSERT INTO settings VALUES ('of.another.version', '1')`)
	require.NoError(t, err)
	got, err := b.Settings.All(b.ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)

	require.NoError(t, b.Settings.Set(b.ctx, store.SettingFrameRate, " 0.5 "))
	require.NoError(t, b.Settings.Set(b.ctx, store.SettingSyncInterval, "90s"))
	for text, stored := range map[string]string{"-0": "0", "+5": "5", "1e3": "1000", "0x1p-2": "0.25", "0.5": "0.5"} {
		require.NoError(t, b.Settings.Set(b.ctx, store.SettingFrameRate, text))
		got, err = b.Settings.All(b.ctx)
		require.NoError(t, err)
		require.Equal(t, stored, got[store.SettingFrameRate])
	}
	require.NoError(t, b.Settings.Set(b.ctx, store.SettingFrameRate, " 0.5 "))
	want[store.SettingFrameRate], want[store.SettingSyncInterval] = "0.5", "90s"
	got, err = b.Settings.All(b.ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestSettingsRejectInvalidValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, test := range []struct{ key, value, want string }{
		{store.SettingFrameRate, "-1", `setting insights.historical.worker.rateLimit: "-1": use a number from 0.01`},
		{store.SettingFrameRate, "NaN", "use a number"},
		{store.SettingSearchRate, "fast", "use a number"},
		{store.SettingConcurrency, "1.5", "use a whole number"},
		{store.SettingBatchCost, "-3", "use a whole number"},
		{store.SettingFrameBudget, "", "use a whole number"},
		{store.SettingIndexBudget, "99999999999999", "use a whole number from 0 to 100000000"},
		{store.SettingFrameRate, "0.0000001", "use a number from 0.01"},
		{store.SettingConcurrency, "99999999", "use a whole number from 0 to 1000"},
		{store.SettingWindow, "41", "use a whole number from 0 to 40"},
		{store.SettingRetentionGrace, "1000000h", "use a duration from 1s to 87600h"},
		{store.SettingRetentionPoints, "2147483648", "use a whole number from 0 to 2147483647"},
		{store.SettingSyncInterval, "5", "use a duration"},
		{store.SettingSyncInterval, "1ms", "use a duration from 1s"},
		{"insights.query.worker.ratelimt", "1", "did you mean insights.query.worker.rateLimit?"},
	} {
		requireCode(t, insights.Invalid, b.Settings.Set(b.ctx, test.key, test.value), test.want)
	}
	var n int
	require.NoError(t, b.pool.QueryRow(b.ctx, `SELECT count(*) FROM settings`).Scan(&n))
	require.Zero(t, n)
}

func TestSettingsAreRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	require.NoError(t, b.Settings.Set(b.ctx, store.SettingFrameRate, "0.5"))
	settings, err := b.Settings.All(b.ctx)
	require.NoError(t, err)
	var (
		rate  float64
		whole int
		large int64
		every time.Duration
		text  string
	)
	require.NoError(t, settings.Parse(map[string]any{
		store.SettingFrameRate: &rate, store.SettingShards: &whole, store.SettingIndexBudget: &large, store.SettingSyncInterval: &every,
	}))
	require.Equal(t, []any{0.5, 1, int64(1024), 5 * time.Minute}, []any{rate, whole, large, every})
	requireCode(t, insights.Internal, settings.Parse(map[string]any{store.SettingFrameRate: &text}), "it cannot be read into a *string")
	_, err = b.pool.Exec(b.ctx, `UPDATE settings SET value = 'fast'`)
	require.NoError(t, err)
	requireCode(t, insights.Internal, b.Settings.Read(b.ctx, store.SettingFrameRate, &rate), "set it again")
}
