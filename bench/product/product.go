// Package product runs Backsight with all its services for benchmarks. It builds Backsight from
// this tree, and gives it a temporary data directory.
package product

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Product is a running `backsight up`.
type Product struct {
	Binary string
	URL    string
	Data   string // the data directory
	Pid    int

	Database  string // URL of its Postgres
	Temporal  string // host:port of its Temporal server
	Namespace string // of its workflows

	dir string
	cmd *exec.Cmd
}

// Start builds the product, starts it on the repositories below the roots, and returns when it is
// ready. The working directory must be the root of the source tree. Callers must call Stop, unless
// Start returns an error.
func Start(ctx context.Context, roots ...string) (p *Product, err error) {
	dir, err := os.MkdirTemp("", "backsight-bench-")
	if err != nil {
		return nil, err
	}
	p = &Product{Binary: filepath.Join(dir, "backsight"), Data: filepath.Join(dir, "data"), dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Stop())
		}
	}()
	// When root runs this process, Postgres runs as another account, which must be able to enter
	// the directory.
	if err := os.Chmod(dir, 0o755); err != nil {
		return p, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", p.Binary, "./cmd/backsight")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return p, fmt.Errorf("build backsight: %w", err)
	}
	args := []string{"up", "--data", p.Data, "--listen", "127.0.0.1:0", "--json"}
	for _, root := range roots {
		args = append(args, "--repos", root)
	}
	cmd := exec.CommandContext(ctx, p.Binary, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return p, err
	}
	if err := cmd.Start(); err != nil {
		return p, err
	}
	p.cmd, p.Pid = cmd, cmd.Process.Pid
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return p, fmt.Errorf("start backsight: %w", err)
	}
	var ready struct{ URL, Database, Temporal, Namespace string }
	if err := json.Unmarshal(line, &ready); err != nil {
		return p, fmt.Errorf("start backsight: it printed %q: %w", line, err)
	}
	p.URL, p.Database, p.Temporal, p.Namespace = ready.URL, ready.Database, ready.Temporal, ready.Namespace
	return p, nil
}

// Stop stops the product and removes its data.
func (p *Product) Stop() error {
	var err error
	if p.cmd != nil {
		if err = p.cmd.Process.Signal(syscall.SIGINT); err == nil || errors.Is(err, os.ErrProcessDone) {
			err = p.cmd.Wait()
		}
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

// Command runs a command of the product against it and returns its output. Exit status 1 is not an
// error if there is an output, because commands report partial or failed samples with it.
func (p *Product) Command(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.Binary, args...)
	cmd.Env = append(os.Environ(), "BACKSIGHT_SERVER="+p.URL)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && (cmd.ProcessState.ExitCode() != 1 || len(out) == 0) {
		return nil, fmt.Errorf("backsight %s: %w\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, nil
}

// CPU returns the processor time that the product and all its descendants have used.
func (p *Product) CPU() (total time.Duration, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	parents, ticks := map[int]int{}, map[int]int64{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // the process has ended, and its time counts as its parent's
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if err != nil || len(fields) < 15 {
			continue
		}
		if parents[pid], err = strconv.Atoi(fields[1]); err != nil {
			return 0, err
		}
		// utime and stime, of the process and of its ended children.
		for _, field := range fields[11:15] {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, err
			}
			ticks[pid] += n
		}
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux
	for pid := range ticks {
		for at := pid; at != 0; at = parents[at] {
			if at == p.Pid {
				total += time.Duration(ticks[pid]) * tick
				break
			}
		}
	}
	return total, nil
}

// Create creates an insight, waits until it is complete, and returns its id.
func (p *Product) Create(ctx context.Context, args ...string) (id string, err error) {
	out, err := p.Command(ctx, append([]string{"insight", "create", "--json", "--wait"}, args...)...)
	if err != nil {
		return "", err
	}
	var created struct{ ID string }
	if err := json.Unmarshal(out, &created); err != nil {
		return "", fmt.Errorf("insight create printed %q: %w", out, err)
	}
	return created.ID, nil
}

// Indexed waits until every repository has been synced, and returns the number of repositories. It
// returns an error after an hour.
func (p *Product) Indexed(ctx context.Context) (n int, err error) {
	for deadline := time.Now().Add(time.Hour); time.Now().Before(deadline); {
		out, err := p.Command(ctx, "repo", "list", "--json")
		if err != nil {
			return 0, err
		}
		n = bytes.Count(out, []byte("\n"))
		if n > 0 && !bytes.Contains(out, []byte(`"indexedAt":null`)) {
			return n, nil
		}
		time.Sleep(time.Second)
	}
	return 0, errors.New("the repositories were not synced within an hour")
}
