package activities

import (
	"context"
	"log/slog"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
)

// The attributes that say what a line of the log is about, the same everywhere.
const (
	logSeries     = "series"     // its id, as in the workflow's
	logRepository = "repository" // its name
	logFrame      = "frame"      // the sample's time
)

// logger returns the activity's logger, which says which activity and attempt it is, with more attributes: name, value, ….
func logger(ctx context.Context, attributes ...any) log.Logger {
	if !activity.IsActivity(ctx) { // the tending of indexes
		return log.With(log.NewStructuredLogger(slog.Default()), attributes...)
	}
	return log.With(activity.GetLogger(ctx), attributes...)
}
