package main

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/api"
	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/worker"
)

type workerCommand struct {
	serviceFlags
	logFlags
	Data          string `env:"BACKSIGHT_DATA" help:"Where mirrors are kept." placeholder:"DIR"`
	MetricsListen string `env:"BACKSIGHT_METRICS_LISTEN" help:"Where to answer /metrics for Prometheus; nowhere without it." placeholder:"HOST:PORT"`
	Slots         int    `env:"BACKSIGHT_SLOTS" help:"Searches at a time; one for each core without it." placeholder:"N"`
}

func (*workerCommand) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… BACKSIGHT_TEMPORAL_ADDRESS=temporal:7233 backsight worker"
}

func (c *workerCommand) Run(ctx context.Context, s *streams) error {
	if c.Data == "" {
		c.Data = devstack.DefaultDataDir()
	}
	logger := c.logger(s.Err)
	registry := newRegistry()
	services, err := c.connect(ctx, logger, registry)
	if err != nil {
		return err
	}
	defer services.close()
	group, ctx := errgroup.WithContext(ctx)
	if c.MetricsListen != "" {
		// Counters name no repository and no query, so any address is fine that the operator names.
		listener, err := api.Listen(ctx, c.MetricsListen, api.Auth{AnyAddress: true})
		if err != nil {
			return err
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
		group.Go(func() error { return api.Serve(ctx, listener, mux) })
	}
	group.Go(func() error {
		return worker.Run(ctx, worker.Config{
			Client: services.temporal, Namespace: c.TemporalNamespace, Store: services.store,
			DataDir: c.Data, Slots: c.Slots, Logger: logger,
		})
	})
	return group.Wait()
}
