package servecmd

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
	"github.com/backsight/backsight/cmd/backsight/internal/memory"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/supervise"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/internal/devstack"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/worker"
	"github.com/backsight/backsight/workflows/contract"
)

// UpCommand is `backsight up`.
type UpCommand struct {
	logFlags
	Repos          []string `sep:"none" type:"existingdir" help:"Register every git repository in this folder and below. Repeat the flag for more folders. Default: the checkout that contains the current directory." placeholder:"DIR"`
	Data           string   `env:"BACKSIGHT_DATA" help:"The directory for databases, mirrors and logs. Default: backsight in XDG_DATA_HOME, else in ~/.local/share; for root /var/lib/backsight." placeholder:"DIR"`
	Listen         string   `default:"127.0.0.1:7080" env:"BACKSIGHT_LISTEN" help:"The address of the page and the API." placeholder:"HOST:PORT"`
	TemporalUIPort int      `name:"temporal-ui-port" help:"The port of the Temporal web UI. Default: the port of the last start, else 8233, else any free port." placeholder:"PORT"`
	JSON           bool     `name:"json" help:"Print the addresses as JSON when everything is ready."`
}

// Help is called by kong.
func (*UpCommand) Help() string {
	return `The command starts a private Postgres, a Temporal server, a worker, and the API with its web page. Ctrl-C shuts
them down cleanly; the next start continues their work. The logs are in the data directory.

Example: backsight up --repos ~/src`
}

// How long the servers and the worker may take to shut down cleanly. The worker gets the time that
// package worker needs, and a little more for the process itself.
const (
	stackStopTimeout  = 30 * time.Second
	workerStopTimeout = worker.StopTimeout + 5*time.Second
)

// Run starts everything, prints the addresses and returns nil after ctx has ended and everything
// has stopped.
func (c *UpCommand) Run(ctx context.Context, s *output.Streams) (err error) {
	memory.LimitToCgroup() // the searches run in the worker's process
	if c.Data == "" {
		c.Data = devstack.DefaultDataDir()
	}
	// Listen first, so that nothing has been started when the port is in use.
	listener, err := api.Listen(ctx, c.Listen, api.Auth{})
	if err != nil {
		return err
	}
	defer listener.Close() // Serve closes it too; a second close is harmless

	// Warnings go to the terminal only, until the data directory with the log file exists.
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
	file, err := devstack.OpenLog(filepath.Join(c.Data, "log", "up.log"))
	if err != nil {
		return err
	}
	defer file.Close()
	logger := slog.New(slog.NewMultiHandler(terminal, c.handler(file, c.LogLevel)))

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

	repositories, err := newProber(true, nil, c.Data)
	if err != nil {
		return err
	}
	var registered int
	err = whileStarting(ctx, logger, "register repositories", func() (err error) {
		registered, err = registerBelow(ctx, services.store, c.roots(), repositories, logger)
		return err
	})
	if err != nil {
		return err
	}
	if err := client.Sync(ctx, 0); err != nil {
		logger.WarnContext(ctx, "cannot start a sync; the next scheduled sync reads the repositories", "error", err)
	}
	handler := api.New(api.Config{
		Store: services.store, Workflows: client, Repositories: repositories, Web: builtPage(),
		TemporalUI: stack.TemporalUI(), Namespace: flags.TemporalNamespace, Logger: logger, Metrics: registry,
	})
	return c.serve(ctx, s, listener, handler, flags, logger, func() error { return c.announce(s, listener, stack, registered) })
}

// startPatience is how long whileStarting tries a step again. In this time, package devstack
// restarts a server that has crashed.
const startPatience = time.Minute

// whileStarting calls `do` until it succeeds, or returns an error that is not retryable, or
// startPatience has passed, or ctx has ended. It returns the last error of `do`.
func whileStarting(ctx context.Context, logger *slog.Logger, what string, do func() error) error {
	for began := time.Now(); ; {
		err := do()
		if err == nil || !insights.ErrorCode(err).Retryable() || time.Since(began) > startPatience {
			return err
		}
		logger.WarnContext(ctx, "start: a step failed and is tried again", "what", what, "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// serve runs the worker and the API until ctx ends or one of them fails. It stops the worker first,
// so that the API can show what the worker writes while it stops.
func (c *UpCommand) serve(ctx context.Context, s *output.Streams, listener net.Listener, handler http.Handler, flags serviceFlags, logger *slog.Logger, ready func() error) error {
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
		logger.WarnContext(ctx, "cannot print the addresses", "error", err)
	}
	<-ctx.Done()
	fmt.Fprintln(s.Err, "\nstopping …")
	return group.Wait()
}

// superviseWorker runs this program again as `worker`, in a separate process. A crash during a
// search then ends neither the API nor the servers, and package supervise restarts the worker.
func (c *UpCommand) superviseWorker(ctx context.Context, flags serviceFlags, logger *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	output, err := devstack.OpenLog(filepath.Join(c.Data, "log", "worker.log"))
	if err != nil {
		return err
	}
	defer output.Close()
	return supervise.Run(ctx, supervise.Child{
		Name: "worker", StopTimeout: workerStopTimeout, Logger: logger,
		Command: func() *exec.Cmd {
			cmd := exec.Command(self, "worker", "--data", c.Data, "--log-level", c.LogLevel.String(), "--log-format", c.LogFormat)
			// These values are in the environment, because every user of the machine can read
			// command lines.
			cmd.Env = append(os.Environ(), "BACKSIGHT_DATABASE_URL="+flags.DatabaseURL,
				"BACKSIGHT_TEMPORAL_ADDRESS="+flags.TemporalAddress, "BACKSIGHT_TEMPORAL_NAMESPACE="+flags.TemporalNamespace)
			cmd.Stdout, cmd.Stderr = output, output
			return cmd
		},
	})
}

// roots returns the folders to search for repositories: those given with --repos, else the checkout
// that contains the current directory, else none.
func (c *UpCommand) roots() []string {
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

// announce prints the addresses.
func (c *UpCommand) announce(s *output.Streams, listener net.Listener, stack *devstack.Stack, registered int) error {
	page := "http://" + listener.Addr().String()
	if c.JSON {
		return output.JSON(s.Out, map[string]any{
			"url": page, "graphiql": page + "/graphiql", "temporalUi": stack.TemporalUI(), "data": c.Data, "repositories": registered,
			// These addresses are for other programs, for example a second worker or psql.
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
		lines[0][1] += "  (this binary was built without the page; `make build` builds it with the page. The API and the command line work.)"
	}
	var b strings.Builder
	b.WriteString("\nBacksight is running.\n\n")
	for _, l := range lines {
		fmt.Fprintf(&b, "  %-14s %s\n", l[0], l[1])
	}
	b.WriteString("\nCtrl-C stops it. The next start continues its work.\n")
	_, err := io.WriteString(s.Out, b.String())
	return err
}

func (c *UpCommand) found(n int) string {
	if len(c.roots()) == 0 {
		return "none registered by this start: give --repos DIR, or use `backsight repo add`"
	}
	return fmt.Sprintf("%d found below %s", n, strings.Join(c.roots(), ", "))
}
