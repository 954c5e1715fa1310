package activities

import (
	"context"
	"log/slog"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
)

// Attributes that say what a log line is about. All activities use the same keys.
const (
	logSeries     = "series"     // the series' id
	logRepository = "repository" // the repository's name
	logFrame      = "frame"      // the sample's time
)

// logger returns the activity's logger, which adds the activity and its attempt to each line.
// `attributes` are further keys and values.
func logger(ctx context.Context, attributes ...any) log.Logger {
	if !activity.IsActivity(ctx) { // the update of indexes runs outside activities
		return log.With(log.NewStructuredLogger(slog.Default()), attributes...)
	}
	return log.With(activity.GetLogger(ctx), attributes...)
}
