package api

import (
	"context"
	"io/fs"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/workflows/contract"
)

// Config is what the API is made of. Store, Workflows and Repositories are required.
type Config struct {
	Store     *store.Store
	Workflows Workflows
	// Repositories checks the location of a repository before it is registered.
	Repositories Prober
	// Web is the built page; nil when it was not built: then "/" says how to build it.
	Web fs.FS
	// TemporalUI is the base URL of the Temporal web UI, without a slash at the end; "" when there is none.
	TemporalUI string
	// Namespace is the Temporal namespace, for links; "" is "default".
	Namespace string
	Auth      Auth
	// Metrics is where the API counts its requests, and what /metrics shows; nil: neither.
	Metrics *prometheus.Registry
	Logger  *slog.Logger     // nil: slog.Default
	Now     func() time.Time // nil: time.Now
}

// Workflows is what the API asks of Temporal; *contract.Client is it. All methods return *insights.Error.
type Workflows interface {
	StartSeries(ctx context.Context, series insights.Series, title string) error
	StopSeries(ctx context.Context, seriesID string) error
	Send(ctx context.Context, seriesID, message string, order contract.Command) (contract.Status, error)
	Status(ctx context.Context, seriesID string) (contract.Status, error)
	Sync(ctx context.Context, repositoryID int64) error
	ShardsWithoutPoller(ctx context.Context, shards int) ([]int, error)
	WorkerPolling(ctx context.Context) (bool, error)
}

// Prober looks at a repository's location; package gitrepo knows how.
type Prober interface {
	// CheckPath returns the repository's own folder for an absolute path in or of a git repository.
	CheckPath(ctx context.Context, path string) (string, error)
	// CheckURL returns an error unless git can clone from the URL by its form.
	CheckURL(url string) error
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Namespace == "" {
		c.Namespace = "default"
	}
	if c.Auth.Mode == "" {
		c.Auth.Mode = AuthNone
	}
	return c
}
