package devstack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/backsight/backsight/insights"
)

// pgdata is the folder with Postgres's files in a data directory.
type pgdata struct {
	dir     string
	account *account
	logger  *slog.Logger
}

// major returns the major version of Postgres that wrote the files, or 0 if there are no files yet.
func (d *pgdata) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(d.dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if entries, err := os.ReadDir(d.dir); err == nil && len(entries) > 0 {
			return 0, insights.Errorf(insights.Invalid, "data directory %s: it contains files but no PG_VERSION, "+
				"so it is not a Postgres data directory; move it away, or choose another with --data or BACKSIGHT_DATA", d.dir)
		}
		return 0, nil
	}
	if err != nil {
		return 0, insights.Errorf(insights.Invalid, "data directory %s: %w", d.dir, err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, insights.Errorf(insights.Invalid, "data directory %s: its PG_VERSION is %q, "+
			"not a major version of Postgres; restore it from a backup, or choose another with --data or BACKSIGHT_DATA", d.dir, text)
	}
	return major, nil
}

// init creates the files with initdb in another folder, and then renames the folder, so an
// incomplete folder never has the final name.
func (d *pgdata) init(ctx context.Context, found *installation, test bool) error {
	fail := func(err error) error {
		return insights.Errorf(insights.Unavailable, "data directory %s: initdb: %w", d.dir, err)
	}
	unfinished := d.dir + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		return fail(err)
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return fail(err)
	}
	if err := d.account.own(unfinished); err != nil {
		return fail(err)
	}
	args := []string{
		"-D", unfinished, "--username", PostgresUser, "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C",
	}
	if test {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(found.bin, "initdb"), args...)
	cmd.Dir, cmd.Env = unfinished, serverEnv()
	cmd.WaitDelay = time.Second
	d.account.run(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return insights.Errorf(insights.Unavailable, "data directory %s: initdb: %w\n%s", d.dir, err, excerpt(string(out)))
	}
	if err := os.Rename(unfinished, d.dir); err != nil {
		return fail(err)
	}
	d.logger.Info("created a Postgres data directory", "dir", d.dir, "version", found.version)
	return nil
}

// stopOrphan stops the server of the data directory if it still runs although the process that
// started it was killed. This process cannot supervise a server that it did not start. Callers must
// hold the lock of the data directory, so that no other stack uses the server.
func (d *pgdata) stopOrphan(ctx context.Context) error {
	path := filepath.Join(d.dir, "postmaster.pid")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return insights.Errorf(insights.Invalid, "data directory %s: %w", d.dir, err)
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(strings.TrimSpace(string(first)))
	if err == nil && pid > 1 {
		awaitExit(ctx, pid)
	}
	if err != nil || pid <= 1 || !runs(pid, "postgres", d.dir) {
		// The server has ended. The file must be removed: if another program now has the process id
		// in it, Postgres would take the program for a running server.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return insights.Errorf(insights.Invalid, "data directory %s: stale postmaster.pid: %w", d.dir, err)
		}
		return nil
	}
	d.logger.Info("stopping a Postgres server of an earlier start", "pid", pid, "dir", d.dir)
	return stopOrphan(ctx, pid, "postgres", d.dir, syscall.SIGINT, syscall.SIGQUIT)
}

// makeSocketDir creates the folder of the server's socket. The path of a socket must be shorter
// than about 104 bytes, so if the path of the data directory is long, the folder is in /tmp.
func makeSocketDir(dataDir string, a *account) (string, error) {
	const longest = 80 // leaves room for /.s.PGSQL.5432.lock
	dir := filepath.Join(dataDir, "run")
	if len(dir) > longest {
		dir = shortSocketDir(dataDir)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: %w", dir, err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: %w", dir, err)
	}
	// Another user who created this folder first could pose as the server. So it must belong to
	// this process's account, or to the one that runs Postgres.
	owner := info.Sys().(*syscall.Stat_t).Uid
	if ours := owner == uint32(os.Geteuid()) || (a != nil && owner == a.uid); !info.IsDir() || !ours {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: it is not a folder, or it belongs to another user (uid %d); remove it, or choose another data directory with --data or BACKSIGHT_DATA", dir, owner)
	}
	if err := errors.Join(os.Chmod(dir, 0o700), a.own(dir)); err != nil {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: %w", dir, err)
	}
	if err := a.reach(dir); err != nil {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: %w; choose a shorter data directory with --data or BACKSIGHT_DATA", dir, err)
	}
	return dir, nil
}

// removeStaleSocket removes the socket of a killed server. No server can be using it: the caller
// holds the lock of the data directory and has called stopOrphan. Postgres would remove the socket
// itself, but not while the killed server is a zombie, which it takes for a running server.
func removeStaleSocket(dir string) error {
	for _, suffix := range []string{"", ".lock"} {
		path := filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d%s", socketPort, suffix))
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return insights.Errorf(insights.Invalid, "socket directory %s: stale socket: %w", dir, err)
		}
	}
	return nil
}
