package e2e

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// startAPI runs `backsight api` in addition to the stack and restarts it whenever it ends, until
// the test ends. From then on this API gets all requests.
func (c *chaos) startAPI() {
	at := c.addresses(c.t)
	listen := fmt.Sprintf("127.0.0.1:%d", freePort(c.t))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			cmd := exec.CommandContext(ctx, binary, "api", "--listen", listen, "--log-level", "warn")
			cmd.Env = append(os.Environ(), "BACKSIGHT_DATABASE_URL="+at.Database, "BACKSIGHT_TEMPORAL_ADDRESS="+at.Temporal, "BACKSIGHT_TEMPORAL_NAMESPACE="+at.Namespace)
			cmd.Stdout, cmd.Stderr = c.log, c.log
			if cmd.Start() == nil {
				c.api.Store(int64(cmd.Process.Pid))
				_ = cmd.Wait() // the test kills it often
				c.api.Store(0)
			}
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond): // delay before the restart
			}
		}
	}()
	c.t.Cleanup(func() {
		cancel()
		<-ended
	})
	c.url = "http://" + listen
	c.waitReady(c.t)
}

func (c *chaos) killAPI() {
	c.until("an API to kill", func() error {
		if pid := c.api.Load(); pid != 0 {
			return syscall.Kill(int(pid), syscall.SIGKILL)
		}
		return fmt.Errorf("the API is not running")
	})
}

// runningWorkflows returns the ids of all running workflows, sorted. It asks Temporal.
func (c *chaos) runningWorkflows() (ids []string, err error) {
	at := c.addresses(c.t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	temporal, err := client.DialContext(ctx, client.Options{
		HostPort: at.Temporal, Namespace: at.Namespace, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return nil, err
	}
	defer temporal.Close()
	answer, err := temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: at.Namespace, Query: `ExecutionStatus = "Running"`, PageSize: 1000,
	})
	if err != nil {
		return nil, err
	}
	for _, run := range answer.GetExecutions() {
		ids = append(ids, run.GetExecution().GetWorkflowId())
	}
	slices.Sort(ids)
	return ids, nil
}

// addMirror registers a repository by URL, which makes the worker mirror it, and waits until the
// mirror exists.
func (c *chaos) addMirror() {
	origin := filepath.Join(openDir(c.t), "zz-mirrored.git")
	writeRepository(c.t, origin, rand.New(rand.NewPCG(9, 9)), 30)
	c.mirror = "zz-mirrored"
	_, exit := c.run(c.t, "repo", "add", "--name", c.mirror, "file://"+origin)
	require.Zero(c.t, exit)
	_, exit = c.run(c.t, "repo", "sync", c.mirror)
	require.Zero(c.t, exit)
	c.until("a mirror", func() error {
		if packs := c.mirrorPacks(); len(packs) != 1 {
			return fmt.Errorf("packs: %v", packs)
		}
		return nil
	})
}

func (c *chaos) mirrorPacks() []string {
	packs, err := filepath.Glob(filepath.Join(c.data, "mirrors", "*.git", "objects", "pack", "*.pack"))
	require.NoError(c.t, err)
	return packs
}

// damageMirror overwrites a part of the mirror's pack, as a failing disk may.
func (c *chaos) damageMirror() {
	path := c.mirrorPacks()[0]
	info, err := os.Stat(path)
	require.NoError(c.t, err)
	require.NoError(c.t, os.Chmod(path, 0o644))
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(c.t, err)
	defer file.Close()
	_, err = file.WriteAt(bytes.Repeat([]byte{0xa5}, int(info.Size()/2)), info.Size()/4)
	require.NoError(c.t, err)
}

// fillDisk makes the stack's disk full for some seconds. Postgres, Temporal, mirrors, indexes and
// logs all use that disk.
func (c *chaos) fillDisk() {
	c.disk.fill(c.t, c.cmd.Process.Pid)
	// All of them write within 6 seconds.
	for end := time.Now().Add(6 * time.Second); time.Now().Before(end); {
		c.poll()
		time.Sleep(50 * time.Millisecond) // between polls
	}
	c.disk.empty(c.t)
}

// disk holds the files of a stack. If this process may mount file systems, the disk is an in-memory
// file system. It becomes full when its size is set to that of its content: every writer then gets
// ENOSPC, as on a real disk. Otherwise the processes of Postgres get a limit on the size of files,
// and Postgres treats a file at the limit like a full disk.
type disk struct {
	dir     string
	mounted bool
	limited []string // process ids
}

func newDisk(t *testing.T, filled bool) *disk {
	t.Helper()
	d := &disk{dir: openDir(t)}
	if !filled || os.Geteuid() != 0 || os.Getenv("BACKSIGHT_CHAOS_DISK") == "rlimit" {
		return d
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=2g,mode=755", "backsight-chaos", d.dir).CombinedOutput(); err != nil {
		t.Logf("mounting is not allowed here, so the full disk is a limit on the size of Postgres's files: %s", out)
		return d
	}
	d.mounted = true
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "--lazy", d.dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return d
}

// fill makes the disk full. The descendants of the process `parent` use the disk.
func (d *disk) fill(t *testing.T, parent int) {
	t.Helper()
	if d.mounted {
		// The kernel refuses a size below that of the content, which grows meanwhile.
		var err error
		for range 100 {
			var stat syscall.Statfs_t
			require.NoError(t, syscall.Statfs(d.dir, &stat))
			if err = d.resize(t, (int64(stat.Blocks)-int64(stat.Bfree))*stat.Bsize); err == nil {
				break
			}
		}
		require.NoError(t, err)
		require.ErrorIs(t, os.WriteFile(filepath.Join(d.dir, "probe"), make([]byte, 1<<20), 0o644), syscall.ENOSPC, "the disk is not full")
		return
	}
	for _, pid := range descendants(parent) {
		if line, _ := os.ReadFile(fmt.Sprintf("/proc/%s/cmdline", pid)); strings.Contains(string(line), "postgres") {
			d.limited = append(d.limited, pid)
		}
	}
	require.NotEmpty(t, d.limited, "found no Postgres process")
	d.limit("8192:unlimited") // no table can grow, and no log file can exceed its first page
}

func (d *disk) empty(t *testing.T) {
	t.Helper()
	if d.mounted {
		require.NoError(t, d.resize(t, 2<<30))
		return
	}
	d.limit("unlimited:unlimited")
}

func (d *disk) resize(t *testing.T, bytes int64) error {
	t.Helper()
	out, err := exec.Command("mount", "-o", fmt.Sprintf("remount,size=%d", bytes), d.dir).CombinedOutput()
	if err != nil {
		return fmt.Errorf("resize the disk to %d bytes: %w: %s", bytes, err, out)
	}
	t.Logf("the disk now has %d MiB", bytes>>20)
	return nil
}

// limit sets the file size limit of the processes that still run.
func (d *disk) limit(fsize string) {
	for _, pid := range d.limited {
		// This fails for a process that the limit killed; its replacement has no limit.
		_ = exec.Command("prlimit", "--pid", pid, "--fsize="+fsize).Run()
	}
}

// descendants returns the ids of all descendants of a process.
func descendants(parent int) (all []string) {
	var text []byte
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, path := range tasks {
		if more, err := os.ReadFile(path); err == nil {
			text = append(append(text, ' '), more...)
		}
	}
	for _, pid := range strings.Fields(string(text)) {
		var n int
		if _, err := fmt.Sscan(pid, &n); err == nil && !slices.Contains(all, pid) {
			all = append(append(all, pid), descendants(n)...)
		}
	}
	return all
}
