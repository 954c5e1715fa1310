package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backsight/backsight/api"
	"github.com/backsight/backsight/cmd/backsight/internal/supervise"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/worker"
	"github.com/backsight/backsight/workflows/contract"
)

type upCommand struct {
	logFlags
	Repos          []string `sep:"none" type:"existingdir" help:"Register every git repository at or below this folder; repeat it for more. Default: the checkout it is run from." placeholder:"DIR"`
	Data           string   `env:"BACKSIGHT_DATA" help:"Where the databases, mirrors and logs live." placeholder:"DIR"`
	Listen         string   `default:"127.0.0.1:7080" env:"BACKSIGHT_LISTEN" help:"The address of the page and the API." placeholder:"HOST:PORT"`
	TemporalUIPort int      `name:"temporal-ui-port" help:"The port of the Temporal web UI; 8233, or the one of the last start, without it." placeholder:"PORT"`
	JSON           bool     `name:"json" help:"Print the addresses as JSON when ready."`
}

func (*upCommand) Help() string {
	return `Example: backsight up --repos ~/src

Starts a private Postgres, a Temporal server, a worker and the API with its page, and stops them in order at Ctrl-C. The
next start goes on where this one was. Logs are in the data directory.`
}

// stackStopTimeout is what the servers get to end in order. A worker gets what it says it needs, and a little more for the
// process itself.
const (
	stackStopTimeout  = 30 * time.Second
	workerStopTimeout = worker.StopTimeout + 5*time.Second
)

func (c *upCommand) Run(ctx context.Context, s *streams) (err error) {
	if c.Data == "" {
		c.Data = devstack.DefaultDataDir()
	}
	// The address first: nothing is started for a port that is taken.
	listener, err := api.Listen(ctx, c.Listen, api.Auth{})
	if err != nil {
		return err
	}
	defer listener.Close() // Serve closes it too; a second close is harmless

	// Until the log file is there, warnings go to the terminal alone.
	terminal := c.handler(s.Err, slog.LevelWarn)
	fmt.Fprintln(s.Err, "starting Postgres and Temporal …")
	stack, err := devstack.Start(ctx, devstack.Options{DataDir: c.Data, TemporalUIPort: c.TemporalUIPort, Logger: slog.New(terminal)})
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stackStopTimeout)
		defer cancel()
		err = errors.Join(err, stack.Stop(stop))
	}()
	file, err := openLog(c.Data, "up.log")
	if err != nil {
		return err
	}
	defer file.Close()
	logger := slog.New(both{terminal, c.handler(file, c.LogLevel)})

	migrate := func() error { return store.Migrate(ctx, stack.PostgresURL()) }
	if err := whileStarting(ctx, logger, "migrate", migrate); err != nil {
		return err
	}
	flags := serviceFlags{DatabaseURL: stack.PostgresURL(), TemporalAddress: stack.TemporalAddress(), TemporalNamespace: devstack.TemporalNamespace}
	registry := newRegistry()
	var services services
	err = whileStarting(ctx, logger, "connect", func() (err error) {
		services, err = flags.connect(ctx, "api", logger, registry)
		return err
	})
	if err != nil {
		return err
	}
	defer services.close()
	client := contract.NewClient(services.temporal, flags.TemporalNamespace)

	var registered int
	err = whileStarting(ctx, logger, "register repositories", func() (err error) {
		registered, err = registerBelow(ctx, services.store, c.roots(), logger)
		return err
	})
	if err != nil {
		return err
	}
	if err := client.Sync(ctx, 0); err != nil {
		logger.WarnContext(ctx, "repositories are read at the next scheduled sync", "err", err)
	}
	handler := api.New(api.Config{
		Store: services.store, Workflows: client, Repositories: prober{}, Web: builtPage(),
		TemporalUI: stack.TemporalUI(), Namespace: flags.TemporalNamespace, Logger: logger, Metrics: registry,
	})
	return c.serve(ctx, s, listener, handler, flags, logger, func() error { return c.announce(s, listener, stack, registered) })
}

// startPatience is how long a server may be away while the others start: it is being started again meanwhile.
const startPatience = time.Minute

// whileStarting repeats what fails because a server that was just started died.
func whileStarting(ctx context.Context, logger *slog.Logger, what string, do func() error) error {
	for began := time.Now(); ; {
		err := do()
		if err == nil || !insights.ErrorCode(err).Retryable() || time.Since(began) > startPatience {
			return err
		}
		logger.WarnContext(ctx, "starting: tried again", "what", what, "err", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// serve runs the worker and the API until ctx ends or one of them cannot go on, and stops the worker first: the API shows
// what it still writes.
func (c *upCommand) serve(ctx context.Context, s *streams, listener net.Listener, handler http.Handler, flags serviceFlags, logger *slog.Logger, ready func() error) error {
	group, ctx := errgroup.WithContext(ctx)
	workerEnded := make(chan struct{})
	group.Go(func() error {
		defer close(workerEnded)
		return c.superviseWorker(ctx, flags, logger)
	})
	group.Go(func() error {
		serving, stop := context.WithCancel(context.WithoutCancel(ctx))
		defer stop()
		defer context.AfterFunc(ctx, func() {
			<-workerEnded
			stop()
		})()
		return api.Serve(serving, listener, handler)
	})
	if err := ready(); err != nil {
		logger.WarnContext(ctx, "the addresses could not be printed", "err", err)
	}
	<-ctx.Done()
	fmt.Fprintln(s.Err, "\nstopping …")
	return group.Wait()
}

// superviseWorker runs this program again as `worker`, in a process of its own: a crash in a search then ends neither the
// API nor the servers, and the worker is back within a second.
func (c *upCommand) superviseWorker(ctx context.Context, flags serviceFlags, logger *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	output, err := openLog(c.Data, "worker.log")
	if err != nil {
		return err
	}
	defer output.Close()
	return supervise.Run(ctx, supervise.Child{
		Name: "worker", StopTimeout: workerStopTimeout, Logger: logger,
		Command: func() *exec.Cmd {
			cmd := exec.Command(self, "worker", "--data", c.Data, "--log-level", c.LogLevel.String(), "--log-format", c.LogFormat)
			// By the environment: a command line can be read by everybody on the machine.
			cmd.Env = append(os.Environ(), "BACKSIGHT_DATABASE_URL="+flags.DatabaseURL,
				"BACKSIGHT_TEMPORAL_ADDRESS="+flags.TemporalAddress, "BACKSIGHT_TEMPORAL_NAMESPACE="+flags.TemporalNamespace)
			cmd.Stdout, cmd.Stderr = output, output
			return cmd
		},
	})
}

// roots are the folders to look for repositories in: those that were named, else the checkout this is run from.
func (c *upCommand) roots() []string {
	if len(c.Repos) > 0 {
		return c.Repos
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return []string{dir}
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

// announce prints where everything is.
func (c *upCommand) announce(s *streams, listener net.Listener, stack *devstack.Stack, registered int) error {
	page := "http://" + listener.Addr().String()
	if c.JSON {
		return printJSON(s.Out, map[string]any{
			"url": page, "graphiql": page + "/graphiql", "temporalUi": stack.TemporalUI(), "data": c.Data, "repositories": registered,
			// For other programs: a worker of one's own, or psql.
			"database": stack.PostgresURL(), "temporal": stack.TemporalAddress(), "namespace": devstack.TemporalNamespace,
		})
	}
	lines := [][2]string{
		{"page", page},
		{"GraphiQL", page + "/graphiql"},
		{"Temporal UI", stack.TemporalUI()},
		{"repositories", c.found(registered)},
		{"data and logs", c.Data},
	}
	if builtPage() == nil {
		lines[0][1] += "  (not built: `make build` makes the page; the API and the command line work without)"
	}
	var b strings.Builder
	b.WriteString("\nBacksight is running.\n\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "  %-14s %s\n", l[0], l[1])
	}
	b.WriteString("\nCtrl-C stops it; the next start goes on where it was.\n")
	_, err := io.WriteString(s.Out, b.String())
	return err
}

func (c *upCommand) found(n int) string {
	if len(c.roots()) == 0 {
		return "none registered now: give --repos DIR, or use `backsight repo add`"
	}
	return fmt.Sprintf("%d found below %s", n, strings.Join(c.roots(), ", "))
}
