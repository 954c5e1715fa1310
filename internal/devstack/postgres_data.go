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

// pgdata is Postgres's own part of a data directory.
type pgdata struct {
	dir     string
	account *account
	logger  *slog.Logger
}

// major reads which major version wrote the files; 0 means that there are none yet.
func (d *pgdata) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(d.dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if entries, err := os.ReadDir(d.dir); err == nil && len(entries) > 0 {
			return 0, insights.Errorf(insights.Invalid, "data directory %s: holds files, but is no Postgres data directory (no PG_VERSION); move it away, or choose another with --data or BACKSIGHT_DATA", d.dir)
		}
		return 0, nil
	}
	if err != nil {
		return 0, insights.Errorf(insights.Invalid, "data directory %s: %w", d.dir, err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, insights.Errorf(insights.Invalid, "data directory %s: its PG_VERSION is %q, not a major version of Postgres; restore it from a backup, or choose another with --data or BACKSIGHT_DATA", d.dir, text)
	}
	return major, nil
}

// init makes the files with initdb, beside their place first: a half-made directory never gets the real name.
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
	d.logger.Info("made a new Postgres data directory", "dir", d.dir, "version", found.version)
	return nil
}

// stopLeftover stops a server that a killed parent left behind in this directory. We hold the directory's lock, so it
// serves nobody; to adopt it instead would leave it without supervision.
func (d *pgdata) stopLeftover(ctx context.Context) error {
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
		// The server is gone. Where its number is another program's now, Postgres would take that one for a server.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return insights.Errorf(insights.Invalid, "data directory %s: stale postmaster.pid: %w", d.dir, err)
		}
		return nil
	}
	d.logger.Info("stopping a Postgres that was left behind", "pid", pid, "dir", d.dir)
	return stopLeftover(ctx, pid, "postgres", d.dir, syscall.SIGINT, syscall.SIGQUIT)
}

// makeSocketDir makes the directory of the server's socket. A socket's whole path must stay below about 104 bytes, so a
// long data directory has it in the temporary directory.
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
	// Whoever could get there first could pose as the server: only our own or the account's directory will do.
	owner := info.Sys().(*syscall.Stat_t).Uid
	if ours := owner == uint32(os.Geteuid()) || (a != nil && owner == a.uid); !info.IsDir() || !ours {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: belongs to somebody else (uid %d); remove it, or choose a shorter data directory with --data or BACKSIGHT_DATA", dir, owner)
	}
	if err := errors.Join(os.Chmod(dir, 0o700), a.own(dir)); err != nil {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: %w", dir, err)
	}
	if err := a.reach(dir); err != nil {
		return "", insights.Errorf(insights.Invalid, "socket directory %s: %w; choose a shorter data directory with --data or BACKSIGHT_DATA", dir, err)
	}
	return dir, nil
}

// removeStaleSocket removes what a killed server left in the socket directory. Nobody serves there now: we hold the data
// directory's lock, and stopLeftover saw to the server. Postgres would see to it as well, but takes a zombie that
// nobody has reaped yet for a living server.
func removeStaleSocket(dir string) error {
	for _, suffix := range []string{"", ".lock"} {
		path := filepath.Join(dir, fmt.Sprintf(".s.PGSQL.%d%s", socketPort, suffix))
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return insights.Errorf(insights.Invalid, "socket directory %s: stale socket: %w", dir, err)
		}
	}
	return nil
}
