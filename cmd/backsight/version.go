package main

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// `make dist` sets these at link time, for example with -ldflags "-X main.date=2026-11-28". A value
// that is empty comes from the build info that the go command writes.
var version, commit, date string

// versionText is what --version prints, for example "backsight 0.1.0 (commit abcdef123456,
// 2026-11-28)". The date is that of the commit. A build from a changed working tree has "with
// changes" after the commit.
func versionText(info *debug.BuildInfo) string {
	version, commit, date := version, commit, date
	changes := ""
	if info != nil {
		if version == "" && isRelease(info.Main.Version) {
			version = strings.TrimPrefix(info.Main.Version, "v")
		}
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision" && commit == "":
				commit = setting.Value
			case setting.Key == "vcs.time" && date == "":
				if t, err := time.Parse(time.RFC3339, setting.Value); err == nil {
					date = t.UTC().Format(time.DateOnly)
				}
			case setting.Key == "vcs.modified" && setting.Value == "true":
				changes = " with changes"
			}
		}
	}
	if version == "" {
		version = "dev"
	}
	if commit == "" {
		return "backsight " + version
	}
	const shown = 12 // digits of a commit
	text := fmt.Sprintf("backsight %s (commit %s%s", version, commit[:min(shown, len(commit))], changes)
	if date != "" {
		text += ", " + date
	}
	return text + ")"
}

// isRelease reports whether the go command built a tagged version, as opposed to "(devel)" or a
// pseudo-version that only repeats commit and date.
func isRelease(version string) bool {
	return version != "" && version != "(devel)" && !strings.HasPrefix(version, "v0.0.0-") && !strings.Contains(version, "-0.") &&
		!strings.HasSuffix(version, "+dirty")
}
