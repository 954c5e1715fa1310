package main

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/api"
)

// metricsFlags say where a part that runs on its own shows its metrics.
type metricsFlags struct {
	MetricsListen string `env:"BACKSIGHT_METRICS_LISTEN" help:"Where to answer /metrics for Prometheus; nowhere without it." placeholder:"HOST:PORT"`
}

// serveMetrics answers /metrics in the group until ctx ends.
func (f metricsFlags) serveMetrics(ctx context.Context, group *errgroup.Group, registry *prometheus.Registry) error {
	if f.MetricsListen == "" {
		return nil
	}
	// Counters name no repository and no query, so any address is fine that the operator names.
	listener, err := api.Listen(ctx, f.MetricsListen, api.Auth{AnyAddress: true})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	group.Go(func() error { return api.Serve(ctx, listener, mux) })
	return nil
}

// newRegistry returns a registry of metrics with those of the process itself.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}
