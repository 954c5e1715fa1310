package main

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionText(t *testing.T) {
	t.Parallel()
	info := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	vcs := []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abcdef1234567890abcdef1234567890abcdef12"}, {Key: "vcs.time", Value: "2026-11-28T23:30:00-02:00"},
	}
	changed := append(vcs[:2:2], debug.BuildSetting{Key: "vcs.modified", Value: "true"})
	for _, row := range []struct {
		want string
		info *debug.BuildInfo
	}{
		{"backsight 0.1.0 (commit abcdef123456, 2026-11-29)", info("v0.1.0", vcs...)},
		{"backsight dev (commit abcdef123456, 2026-11-29)", info("(devel)", vcs...)},
		{"backsight dev (commit abcdef123456 with changes, 2026-11-29)", info("v0.0.0-20261129013000-abcdef123456+dirty", changed...)},
		{"backsight dev (commit abcdef123456, 2026-11-29)", info("v0.1.1-0.20261129013000-abcdef123456", vcs...)},
		{"backsight 0.1.0", info("v0.1.0")},
		{"backsight dev", nil},
	} {
		require.Equal(t, row.want, versionText(row.info))
	}
}
