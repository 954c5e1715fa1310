package servecmd

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/api"
	"github.com/backsight/backsight/cmd/backsight/internal/memory"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/workflows/contract"
)

// APICommand is `backsight api`.
type APICommand struct {
	serviceFlags
	authFlags
	logFlags
	metricsFlags
	Listen     string `default:"127.0.0.1:7080" env:"BACKSIGHT_LISTEN" help:"The address of the API and the page." placeholder:"HOST:PORT"`
	TemporalUI string `env:"BACKSIGHT_TEMPORAL_UI" help:"The URL of the Temporal web UI. The page links to it." placeholder:"URL"`
	Data       string `env:"BACKSIGHT_DATA" help:"The data directory of workers on this machine: no repository in it can be registered. Default: backsight in XDG_DATA_HOME, else in ~/.local/share; for root /var/lib/backsight." placeholder:"DIR"`
	JSON       bool   `name:"json" help:"Print the address as JSON."`
}

// Help is called by kong.
func (*APICommand) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… backsight api --listen 127.0.0.1:7080"
}

// Run serves until ctx ends.
func (c *APICommand) Run(ctx context.Context, s *output.Streams) error {
	memory.LimitToCgroup()
	logger := c.logger(s.Err)
	auth, err := c.auth()
	if err != nil {
		return err
	}
	if c.Data == "" {
		c.Data = devstack.DefaultDataDir()
	}
	repositories, err := newProber(auth.Mode != api.AuthProxy, c.RepoRoots, c.Data)
	if err != nil {
		return err
	}
	listener, err := api.Listen(ctx, c.Listen, auth)
	if err != nil {
		return err
	}
	defer listener.Close() // Serve closes it too; a second close is harmless
	registry := newRegistry()
	services, err := c.connect(ctx, "api", logger, registry)
	if err != nil {
		return err
	}
	defer services.close()
	handler := api.New(api.Config{
		Store: services.store, Workflows: contract.NewClient(services.temporal, c.TemporalNamespace), Repositories: repositories,
		Web: builtPage(), TemporalUI: c.TemporalUI, Namespace: c.TemporalNamespace, Auth: auth, Logger: logger, Metrics: registry,
	})
	address := "http://" + listener.Addr().String()
	if c.JSON {
		if err := output.JSON(s.Out, map[string]string{"url": address}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.Out, "The API and the page of Backsight are at %s\n", address)
	}
	group, ctx := errgroup.WithContext(ctx)
	if err := c.serveMetrics(ctx, group, registry); err != nil {
		return err
	}
	group.Go(func() error { return api.Serve(ctx, listener, handler) })
	return group.Wait()
}
