package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"github.com/backsight/backsight/insights"
)

// Keys of the settings. A setting that Sourcegraph also has keeps Sourcegraph's key.
const (
	SettingFrameRate    = "insights.historical.worker.rateLimit"
	SettingSearchRate   = "insights.query.worker.rateLimit"
	SettingConcurrency  = "insights.query.worker.concurrency"
	SettingBatchCost    = "backsight.repository.batchCost"
	SettingFrameBudget  = "backsight.frame.budget"
	SettingShards       = "backsight.search.shards"
	SettingClusterRate  = "backsight.search.clusterRate"
	SettingWindow       = "backsight.series.window"
	SettingSyncInterval = "backsight.sync.interval"
	SettingSyncWindow   = "backsight.sync.window"
	SettingIndexBudget  = "backsight.index.budget"

	SettingSnapshotInterval = "backsight.snapshot.interval"
	SettingRetentionPoints  = "backsight.retention.points"
	SettingRetentionGrace   = "backsight.retention.grace"
)

// Setting describes a setting. A new value takes effect within seconds or, for settings on batches
// and shards, with the next page of a plan.
type Setting struct {
	Key         string
	Default     string
	Description string
	validate    func(value string) string // returns "" for a valid value, else what is accepted
}

// Settings reads and writes the settings.
type Settings struct{ *database }

// KnownSettings lists all settings in the order in which they are displayed.
var KnownSettings = []Setting{
	{SettingFrameRate, "0", "Samples that one worker process settles per second by searching; 0: no limit.", rate},
	{SettingSearchRate, "0", "Searches that one worker process starts per second; 0: no limit.", rate},
	{SettingConcurrency, "0", "Searches that one worker process runs at the same time; 0: as many as it has slots, " +
		"by default one for each core.", upTo(maxConcurrency)},
	{SettingBatchCost, "800", "Cost up to which repositories share one RepositoryWorkflow. The cost of a " +
		"repository is the number of its commits to search plus the MiB of its object store. The default " +
		"fits about 64 small repositories with 12 sample times. 0: one repository per workflow.", upTo(maxCost)},
	{SettingFrameBudget, "20000", "Cost (see backsight.repository.batchCost) above which a repository gets " +
		"one FrameWorkflow for each of its commits at sample times. 0: every repository gets them.", upTo(maxCost)},
	{SettingShards, "1", "Number of task queues over which repositories are distributed for searches and " +
		"syncs. Only the workers that serve a queue (backsight worker --shards) have mirrors of its " +
		"repositories. Reduce the number only while no search or sync is running or waiting.", shards},
	{SettingClusterRate, "0", "Batches (searches of a repository, or of several small ones) that all " +
		"workers together start per second. The Temporal server (1.29 or later) enforces it. 0: no " +
		"limit.", rate},
	{SettingWindow, "0", "Batches (RepositoryWorkflows) that one series has in flight at the same time; " +
		"0: 40, which is also the maximum. With matching.enableFairness on the Temporal server, which " +
		"backsight up sets, series share the workers equally, whatever the value of this setting. " +
		"Without fairness, a new series waits for the batches that others have in flight: choose about " +
		"twice the number of searches that all workers can run at the same time.", upTo(maxWindow)},
	{SettingSyncInterval, "5m", "How often mirrors are fetched and local repositories are read: a " +
		"duration such as 30s, 5m or 1h; 0: only on request.", duration},
	{SettingSyncWindow, "0", "Syncs (of a mirror, or of several local repositories) that one run of the " +
		"sync has in flight at the same time, on all workers together; 0: 8.", upTo(maxSyncs)},
	{SettingIndexBudget, "1024", "MiB of disk that history indexes may take on each worker's machine. A " +
		"worker indexes a repository after its first search, while no search runs. To do so, it reads " +
		"the whole history of the repository once. Later searches then read only the files that can " +
		"match. 0: no indexes are made or used.", upTo(maxIndexMiB)},
	{SettingSnapshotInterval, "24h", "How often series take a snapshot if their samples are more than a " +
		"day apart and their query is not about commits or diffs. A snapshot is the last, hollow point of " +
		"a chart; the next snapshot replaces it. A duration such as 1h or 24h (then at midnight UTC); " +
		"0: only on command.", duration},
	{SettingRetentionPoints, "30", "How many of the newest sample times are shown on charts; 0: all. Charts show at " +
		"least as many times as the series was created with or extended to. Older times are archived: " +
		"exports still have them, and charts show them again when the number is raised. `backsight series " +
		"retention` gives one series a number of its own, which applies instead.", upTo(math.MaxInt32)},
	{SettingRetentionGrace, "720h", "How long deleted insights, and the mirrors and commit indexes of " +
		"removed repositories, are kept before they are deleted for good. A duration such as 720h, which " +
		"is 30 days; 0: forever.", duration},
}

// SettingValues are the values of all settings, by key.
type SettingValues map[string]string

// Parse reads settings into variables: pointers to an int, an int64, a float64 or a time.Duration.
// Set accepts only values that parse, so a value that does not parse was not written by Set.
func (s SettingValues) Parse(into map[string]any) error {
	for key, variable := range into {
		var err error
		switch v := variable.(type) {
		case *int:
			*v, err = strconv.Atoi(s[key])
		case *int64:
			*v, err = strconv.ParseInt(s[key], 10, 64)
		case *float64:
			*v, err = strconv.ParseFloat(s[key], 64)
		case *time.Duration:
			*v, err = time.ParseDuration(s[key])
		default:
			err = fmt.Errorf("it cannot be read into a %T", variable)
		}
		if err != nil {
			return insights.Errorf(insights.Internal, "setting %s: %w: set it again", key, err)
		}
	}
	return nil
}

// All returns the value of every known setting, and the default for settings that are not set.
func (s *Settings) All(ctx context.Context) (SettingValues, error) {
	rows, err := s.queries().Settings(ctx)
	if err != nil {
		return nil, classify(err, "settings")
	}
	values := make(SettingValues, len(KnownSettings))
	for _, known := range KnownSettings {
		values[known.Key] = known.Default
	}
	for _, row := range rows {
		// a setting of another version of this program is ignored
		if _, known := values[row.Key]; known {
			values[row.Key] = row.Value
		}
	}
	return values, nil
}

// Read reads one setting into a variable, see SettingValues.Parse.
func (s *Settings) Read(ctx context.Context, key string, into any) error {
	settings, err := s.All(ctx)
	if err != nil {
		return err
	}
	return settings.Parse(map[string]any{key: into})
}

// Set changes a setting. It returns Invalid for an unknown key, with a suggestion of the most
// similar key, and for a value that the setting does not accept.
func (s *Settings) Set(ctx context.Context, key, value string) error {
	value = strings.TrimSpace(value)
	for _, known := range KnownSettings {
		if known.Key != key {
			continue
		}
		if accepted := known.validate(value); accepted != "" {
			return insights.Errorf(insights.Invalid, "setting %s: %.80q: use %s", key, value, accepted)
		}
		return classify(s.queries().SetSetting(ctx, key, plainNumber(value)), "setting %s", key)
	}
	return insights.Errorf(insights.Invalid, "setting %.80q does not exist: did you mean %s?", key, nearestKey(key))
}

// plainNumber returns the decimal form of a number such as +5, -0 or 1e3, and any other text as it
// is.
func plainNumber(value string) string {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	return strconv.FormatFloat(f+0, 'f', -1, 64) // -0 + 0 is 0
}

func nearestKey(key string) string {
	nearest, least := "", -1
	for _, known := range KnownSettings {
		if d := levenshtein.ComputeDistance(strings.ToLower(key), strings.ToLower(known.Key)); least < 0 || d < least {
			nearest, least = known.Key, d
		}
	}
	return nearest
}

// rate accepts 0 and rates that let a series end: with 0.01 samples per second, a backfill of 100
// samples takes three hours.
func rate(value string) string {
	// The comparison also refuses NaN.
	if f, err := strconv.ParseFloat(value, 64); err != nil || f != 0 && !(f >= 0.01 && f <= 1e6) {
		return "a number from 0.01 to 1000000, such as 20 or 0.5, or 0"
	}
	return ""
}

// upTo returns a check that accepts whole numbers from 0 to the maximum.
func upTo(maximum int64) func(value string) string {
	return func(value string) string {
		if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 0 || n > maximum {
			return fmt.Sprintf("a whole number from 0 to %d", maximum)
		}
		return ""
	}
}

// Maxima of settings. Values far above what any installation needs are mistakes, and some of them
// would exhaust the memory of a worker.
const (
	maxConcurrency = 1_000         // searches of a worker: each needs a core, and can take 512 MiB
	maxCost        = 1_000_000_000 // of a batch or repository: disables the split
	maxWindow      = 40            // batches of a series in flight
	maxSyncs       = 1_000         // syncs in flight: each is a git process
	maxIndexMiB    = 100_000_000   // about 95 TiB
	maxDuration    = 10 * 365 * 24 * time.Hour
)

// MaxShards is the highest number of shards. Each shard costs each worker some long polls.
const MaxShards = 64

func shards(value string) string {
	if n, err := strconv.Atoi(value); err != nil || n < 1 || n > MaxShards {
		return "a whole number from 1 to 64"
	}
	return ""
}

func duration(value string) string {
	if d, err := time.ParseDuration(value); err != nil || d != 0 && (d < time.Second || d > maxDuration) {
		return "a duration from 1s to 87600h (ten years), such as 30s, 5m or 1h, or 0"
	}
	return ""
}
