package servecmd

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/api"
)

// metricsFlags are the flags for the metrics of `backsight api` and `backsight worker`.
type metricsFlags struct {
	MetricsListen string `env:"BACKSIGHT_METRICS_LISTEN" help:"The address at which to serve /metrics for Prometheus. Default: none." placeholder:"HOST:PORT"`
}

// serveMetrics serves /metrics in the group until ctx ends. It does nothing without an address.
func (f metricsFlags) serveMetrics(ctx context.Context, group *errgroup.Group, registry *prometheus.Registry) error {
	if f.MetricsListen == "" {
		return nil
	}
	// Metrics name no repository and no query, so the operator may choose any address.
	listener, err := api.Listen(ctx, f.MetricsListen, api.Auth{AnyAddress: true})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	group.Go(func() error { return api.Serve(ctx, listener, mux) })
	return nil
}

// newRegistry returns a registry that has the metrics of the process and of the Go runtime.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}
