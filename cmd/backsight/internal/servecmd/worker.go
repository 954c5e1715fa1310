package servecmd

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/cmd/backsight/internal/memory"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/telemetry"
	"github.com/backsight/backsight/worker"
)

// WorkerCommand is `backsight worker`.
type WorkerCommand struct {
	serviceFlags
	logFlags
	metricsFlags
	Data   string `env:"BACKSIGHT_DATA" help:"The directory for mirrors and history indexes. Default: backsight in XDG_DATA_HOME, else in ~/.local/share; for root /var/lib/backsight." placeholder:"DIR"`
	Slots  int    `env:"BACKSIGHT_SLOTS" help:"The largest number of searches at a time. Default: one for each core." placeholder:"N"`
	Shards string `env:"BACKSIGHT_SHARDS" help:"The shards of repositories (setting backsight.search.shards) that this worker searches and syncs. Default: all." placeholder:"0-3,7"`
}

// Help is called by kong.
func (*WorkerCommand) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… BACKSIGHT_TEMPORAL_ADDRESS=temporal:7233 backsight worker"
}

// Run works until ctx ends.
func (c *WorkerCommand) Run(ctx context.Context, s *output.Streams) error {
	memory.Limit(c.Slots)
	if c.Data == "" {
		c.Data = devstack.DefaultDataDir()
	}
	shards, err := worker.ParseShards(c.Shards)
	if err != nil {
		return err
	}
	logger := c.logger(s.Err)
	registry := newRegistry()
	services, err := c.connect(ctx, "worker", logger, registry)
	if err != nil {
		return err
	}
	defer services.close()
	group, ctx := errgroup.WithContext(ctx)
	if err := c.serveMetrics(ctx, group, registry); err != nil {
		return err
	}
	registry.MustRegister(worker.NewDiskMetrics(c.Data))
	group.Go(func() error {
		return worker.Run(ctx, worker.Config{
			Client: services.temporal, Namespace: c.TemporalNamespace, Store: services.store,
			DataDir: c.Data, Slots: c.Slots, Shards: shards, Logger: logger, Metrics: telemetry.NewMetrics(registry),
		})
	})
	return group.Wait()
}
