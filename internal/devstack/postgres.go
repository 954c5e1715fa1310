package devstack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
)

const (
	// PostgresUser is the superuser of the private Postgres. PostgresDatabase is the product's
	// database in it.
	PostgresUser     = "backsight"
	PostgresDatabase = "backsight"
	// The port is only part of the socket's file name; each data directory has its own socket
	// directory.
	socketPort = 5432
)

// A Postgres is a running private Postgres server.
type Postgres struct {
	child     *child
	lock      *dirLock
	socketDir string
	options   Options
}

// StartPostgres starts the Postgres server of a data directory and creates the product's database.
// It has the same contract as Start.
func StartPostgres(ctx context.Context, options Options) (*Postgres, error) {
	options, err := options.prepared()
	if err != nil {
		return nil, err
	}
	return startPostgres(ctx, options)
}

// startPostgres does the same as StartPostgres. Callers must have called options.prepared.
func startPostgres(ctx context.Context, options Options) (*Postgres, error) {
	lock, err := lockDataDir(options.DataDir, "postgres")
	if err != nil {
		return nil, err
	}
	p := &Postgres{lock: lock, options: options}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(err, p.Stop(context.WithoutCancel(ctx)))
	}
	return p, nil
}

func (p *Postgres) start(ctx context.Context) error {
	dir := filepath.Join(p.options.DataDir, "postgres")
	a, err := postgresAccount(dir)
	if err != nil {
		return err
	}
	if err := a.reach(p.options.DataDir); err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: Postgres cannot run as root, and %w; "+
			"choose another directory with --data or BACKSIGHT_DATA, for example /var/lib/backsight", p.options.DataDir, err)
	}
	data := &pgdata{dir: dir, account: a, logger: p.options.Logger}
	major, err := data.major()
	if err != nil {
		return err
	}
	found, err := findOrFetchPostgres(ctx, p.options, major, a)
	if err != nil {
		return err
	}
	p.options.Logger.Debug("postgres chosen", "bin", found.bin, "version", found.version, "why", found.why)
	if err := data.stopOrphan(ctx); err != nil {
		return err
	}
	if major == 0 {
		if err := data.init(ctx, found, p.options.Test); err != nil {
			return err
		}
	}
	if p.socketDir, err = makeSocketDir(p.options.DataDir, a); err != nil {
		return err
	}
	if err := removeStaleSocket(p.socketDir); err != nil {
		return err
	}
	logPath := filepath.Join(p.options.DataDir, "log", "postgres.log")
	p.child, err = startChild(ctx, childSpec{
		name:    "postgres",
		logPath: logPath,
		command: func(bool) (*exec.Cmd, error) {
			args := append([]string{"-D", dir, "-k", p.socketDir}, postgresSettings(p.options.Test)...)
			cmd := exec.Command(filepath.Join(found.bin, "postgres"), args...)
			cmd.Dir, cmd.Env = dir, serverEnv()
			a.run(cmd)
			return cmd, nil
		},
		ready:      func(ctx context.Context, _ int) error { return p.ping(ctx) },
		startError: func(output string) error { return postgresStartError(output, logPath) },
		stopSignals: []stopSignal{
			{syscall.SIGINT, 20 * time.Second}, // fast: rolls back, writes a checkpoint, ends
			{syscall.SIGQUIT, 5 * time.Second}, // immediate: ends, and the next start recovers
		},
		orphanSignal: syscall.SIGINT,
	}, p.options.Logger)
	if err != nil {
		return err
	}
	return p.createDatabase(ctx)
}

// postgresSettings returns the settings of the server. They are passed on the command line, so a
// data directory never keeps settings of an older release.
func postgresSettings(test bool) []string {
	settings := []string{
		"listen_addresses=", // listen on the unix socket only
		fmt.Sprintf("port=%d", socketPort),
		"unix_socket_permissions=0700",
		"cluster_name=backsight",
		"timezone=UTC",
		"log_timezone=UTC",
		"max_connections=200",
		"max_wal_size=2GB",  // backfills write in bursts; this makes checkpoints rarer
		"wal_level=minimal", // a private server has no replicas
		"max_wal_senders=0", // required by wal_level=minimal
		"logging_collector=off",
		"log_checkpoints=off",
	}
	if test {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum_naptime=10min")
	}
	args := make([]string, 0, 2*len(settings))
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

// postgresStartError returns the error for a Postgres that ended before it answered, given its
// output, or nil when another attempt may succeed. An attempt can fail shortly after a server was
// killed: the children of that server use its shared memory until they have ended.
func postgresStartError(output, logPath string) error {
	switch {
	case strings.Contains(output, "pre-existing shared memory block"), strings.Contains(output, "is still in use"), output == "":
		return nil
	}
	return insights.Errorf(insights.Unavailable, "postgres: the server ended before it answered%s", quoteOutput(output, logPath))
}

// URL returns a connection URL of the product's database.
func (p *Postgres) URL() string { return p.DatabaseURL(PostgresDatabase) }

// DatabaseURL returns a connection URL of any database of this server; the database need not exist.
// The URL has the port because clients would otherwise use $PGPORT.
func (p *Postgres) DatabaseURL(name string) string {
	query := url.Values{"host": {p.socketDir}, "port": {fmt.Sprint(socketPort)}}
	// Encode writes a space as "+", which clients of Postgres read as "+".
	encoded := strings.ReplaceAll(query.Encode(), "+", "%20")
	u := url.URL{Scheme: "postgres", User: url.User(PostgresUser), Path: "/" + name, RawQuery: encoded}
	return u.String()
}

// Pid returns the server's process id, or 0 while the server is being restarted.
func (p *Postgres) Pid() int { return int(p.child.pid.Load()) }

// Stop stops the server and rolls back open transactions. It has the same contract as Stack.Stop.
func (p *Postgres) Stop(ctx context.Context) error {
	if p.child != nil {
		p.child.stop(ctx)
	}
	if p.options.removeDataDir {
		return errors.Join(p.lock.release(), os.RemoveAll(p.options.DataDir))
	}
	return p.lock.release()
}

func (p *Postgres) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.DatabaseURL("postgres"))
	if err != nil {
		return err
	}
	return errors.Join(conn.Ping(ctx), conn.Close(ctx))
}

// createDatabase creates the product's database if it does not exist.
func (p *Postgres) createDatabase(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, p.DatabaseURL("postgres"))
	if err != nil {
		return insights.Errorf(insights.Unavailable, "postgres: connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var exists bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, PostgresDatabase).Scan(&exists)
	if err == nil && !exists {
		_, err = conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{PostgresDatabase}.Sanitize())
	}
	if err != nil {
		return insights.Errorf(insights.Unavailable, "postgres: create database %s: %w", PostgresDatabase, err)
	}
	return nil
}
