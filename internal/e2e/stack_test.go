package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binary is the path of the product, which is built once for all tests of this package.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "backsight-e2e-bin-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "backsight")
		build := exec.Command("go", "build", "-o", binary, "../../cmd/backsight")
		build.Stdout, build.Stderr = os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "build the product:", err)
			return 1
		}
		return m.Run()
	}())
}

// openDir creates a directory that other users may enter. When root runs the tests, Postgres runs
// as another user.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "backsight-e2e-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kept for inspection: %s", dir)
			return
		}
		os.RemoveAll(dir)
	})
	return dir
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// stack is an installation that `backsight up` runs.
type stack struct {
	url   string
	repos string
	data  string
	args  []string
	env   []string // added to the environment of this process
	cmd   *exec.Cmd
	ended chan struct{}
	log   *os.File
}

// newStack returns a stack that is not started yet.
func newStack(t *testing.T, repos string) *stack {
	t.Helper()
	return newStackIn(t, repos, openDir(t))
}

// newStackIn does the same as newStack, with data and log in dir.
func newStackIn(t *testing.T, repos, dir string) *stack {
	t.Helper()
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	s := &stack{url: "http://" + address, repos: repos, data: filepath.Join(dir, "data")}
	s.args = []string{"up", "--repos", repos, "--data", s.data, "--listen", address, "--temporal-ui-port", strconv.Itoa(freePort(t)), "--json"}
	log, err := os.Create(filepath.Join(dir, "up.log"))
	require.NoError(t, err)
	s.log = log
	t.Cleanup(func() {
		s.stop(t)
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("log of backsight up:\n%s", tail(string(text), 16_000))
			text, _ = os.ReadFile(filepath.Join(s.data, "log", "worker.log"))
			t.Logf("log of the worker:\n%s", tail(string(text), 8_000))
		}
		log.Close()
	})
	return s
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// start runs `backsight up` and returns when it is ready.
func (s *stack) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(binary, s.args...)
	s.cmd.Dir = "../.."
	s.cmd.Env = append(os.Environ(), s.env...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	require.NoError(t, s.cmd.Start())
	ended := make(chan struct{})
	s.ended = ended
	go func(cmd *exec.Cmd) {
		_ = cmd.Wait() // tests check the exit where it matters
		close(ended)
	}(s.cmd)
	s.waitReady(t)
}

func (s *stack) waitReady(t *testing.T) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		resp, err := http.Get(s.url + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-s.ended:
			require.FailNow(t, "backsight up ended before it was ready")
		case <-deadline:
			require.FailNow(t, "backsight up is not ready", "%v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop sends SIGINT to `backsight up`, as Ctrl-C does, and waits until it has ended.
func (s *stack) stop(t *testing.T) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT) // fails if it has ended already
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		_ = s.cmd.Process.Kill()
		t.Error("backsight up did not stop within a minute of SIGINT")
	}
	s.cmd = nil
}

// run runs a command of the product against the stack and returns its standard output and exit
// status.
func (s *stack) run(t *testing.T, args ...string) (stdout string, exit int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), "BACKSIGHT_SERVER="+s.url)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		require.NoError(t, err)
	}
	require.NoError(t, ctx.Err(), "backsight %v hangs:\n%s", args, errs.String())
	if cmd.ProcessState.ExitCode() != 0 {
		t.Logf("backsight %v: exit %d\n%s", args, cmd.ProcessState.ExitCode(), tail(errs.String(), 4000))
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// graphql runs a query and decodes its data into result. It returns an error if the server does not
// answer or the answer contains errors.
func (s *stack) graphql(query string, variables map[string]any, result any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	resp, err := http.Post(s.url+"/graphql", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf("status %d: %s", resp.StatusCode, text)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("graphql: %s", answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, result)
}

// child returns the process id of the child of `backsight up` whose command line contains all
// words, or 0 if there is none. It ignores grandchildren: a new backend process of Postgres has its
// server's command line for a moment.
func (s *stack) child(words ...string) int {
	parents := map[int]int{}
	lines := map[int]string{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended in the meantime
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		parents[pid], _ = strconv.Atoi(fields[1])
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		lines[pid] = strings.ReplaceAll(string(line), "\x00", " ")
	}
	for pid, line := range lines {
		matches := true
		for _, word := range words {
			matches = matches && strings.Contains(line, word)
		}
		if matches && parents[pid] == s.cmd.Process.Pid {
			return pid
		}
	}
	return 0
}

// kill sends SIGKILL to the child that matches.
func (s *stack) kill(t *testing.T, words ...string) {
	t.Helper()
	var pid int
	require.Eventually(t, func() bool { pid = s.child(words...); return pid != 0 }, 30*time.Second, 50*time.Millisecond, "no child process %v", words)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}
