package main

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/telemetry"
	"github.com/backsight/backsight/worker"
)

type workerCommand struct {
	serviceFlags
	logFlags
	metricsFlags
	Data   string `env:"BACKSIGHT_DATA" help:"Where mirrors are kept." placeholder:"DIR"`
	Slots  int    `env:"BACKSIGHT_SLOTS" help:"Searches at a time; one for each core without it." placeholder:"N"`
	Shards string `env:"BACKSIGHT_SHARDS" help:"Which shards of repositories (setting backsight.search.shards) this worker searches and syncs; all without it." placeholder:"0-3,7"`
}

func (*workerCommand) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… BACKSIGHT_TEMPORAL_ADDRESS=temporal:7233 backsight worker"
}

func (c *workerCommand) Run(ctx context.Context, s *streams) error {
	boundMemory(c.Slots)
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
