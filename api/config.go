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

// Config configures the API. Store, Workflows and Repositories are required.
type Config struct {
	Store     *store.Store
	Workflows Workflows
	// Repositories checks the location of a repository before it is registered.
	Repositories Prober
	// Web is the built page. If it is nil, "/" explains how to build it.
	Web fs.FS
	// TemporalUI is the base URL of the Temporal UI, without a trailing slash; "" if there is none.
	TemporalUI string
	// Namespace is the Temporal namespace, used in links; "" means "default".
	Namespace string
	Auth      Auth
	// Metrics is the registry of the API's metrics, which /metrics serves. If it is nil, there are
	// no metrics and no /metrics.
	Metrics *prometheus.Registry
	Logger  *slog.Logger     // nil: slog.Default
	Now     func() time.Time // nil: time.Now
}

// Workflows is what the API needs of Temporal. *contract.Client implements it. All errors are
// *insights.Error.
type Workflows interface {
	StartSeries(ctx context.Context, series insights.Series, title string) error
	StopSeries(ctx context.Context, seriesID string) error
	Send(ctx context.Context, seriesID, message string, command contract.Command) (contract.Status, error)
	Status(ctx context.Context, seriesID string) (contract.Status, error)
	Sync(ctx context.Context, repositoryID int64) error
	ShardsWithoutPoller(ctx context.Context, shards int) ([]int, error)
	WorkerPolling(ctx context.Context) (bool, error)
}

// Prober checks the locations of repositories. Package servecmd implements it with package gitrepo.
type Prober interface {
	// CheckPath takes the absolute path of a git repository, which is bare or a work tree, and
	// returns the path to register. It returns an error for any other folder, also for one inside a
	// repository.
	CheckPath(ctx context.Context, path string) (string, error)
	// CheckURL returns an error if the URL does not have a form that git can clone from.
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
