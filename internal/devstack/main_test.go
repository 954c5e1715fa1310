package devstack

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// roleEnv is the environment variable that makes this test binary play a role. A role is a process
// that tests start and kill.
const roleEnv = "DEVSTACK_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "":
		os.Exit(m.Run())
	case "parent":
		playParent()
	case "guarded":
		playGuarded()
	case "start":
		playStart()
	}
}

// roleOutput is what a role prints, as one line of JSON.
type roleOutput struct {
	Pids    map[string]int
	URL     string
	Address string
	UI      string
	Error   string
}

func printOutput(v roleOutput) {
	if err := json.NewEncoder(os.Stdout).Encode(v); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// playParent starts a stack and never stops it.
func playParent() {
	stack, err := Start(context.Background(), Options{DataDir: os.Getenv("DEVSTACK_TEST_DIR")})
	if err != nil {
		printOutput(roleOutput{Error: err.Error()})
		os.Exit(1)
	}
	printOutput(roleOutput{Pids: stack.Pids(), URL: stack.PostgresURL(), Address: stack.TemporalAddress(), UI: stack.TemporalUI()})
	select {}
}

// playGuarded starts a process that only a guard ends when this process is killed.
func playGuarded() {
	sleeper := exec.Command("sleep", "600")
	if err := sleeper.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	release := startGuard(slog.Default(), sleeper.Process.Pid, syscall.SIGTERM)
	if os.Getenv("DEVSTACK_TEST_RELEASE") != "" {
		release()
	}
	printOutput(roleOutput{Pids: map[string]int{"sleep": sleeper.Process.Pid}})
	select {}
}

// playStart starts a stack and reports the result.
func playStart() {
	stack, err := Start(context.Background(), Options{DataDir: os.Getenv("DEVSTACK_TEST_DIR")})
	if err != nil {
		printOutput(roleOutput{Error: err.Error()})
		os.Exit(0)
	}
	printOutput(roleOutput{Pids: stack.Pids()})
	if err := stack.Stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// play runs this test binary in a role and returns the process and what it printed. The process
// runs as the account `as`, unless `as` is nil, and is killed when the test ends.
func play(t *testing.T, role, dir string, as *account, env ...string) (*exec.Cmd, roleOutput) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	if as != nil {
		self = copyFor(t, as, self)
	}
	cmd := exec.Command(self)
	as.run(cmd)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), roleEnv+"="+role, "DEVSTACK_TEST_DIR="+dir, "BACKSIGHT_TEMPORAL_BIN="+temporalForTests(t, as))
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = testWriter{t}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // most tests have killed it already
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "role %s printed nothing", role)
	var said roleOutput
	require.NoError(t, json.Unmarshal(line, &said))
	return cmd, said
}

// copyFor copies a program to a folder that the account can enter.
func copyFor(t *testing.T, as *account, path string) string {
	t.Helper()
	if as.reach(path) == nil && as.may(stat(t, path), 0o1) {
		return path
	}
	dir := newDataDir(t)
	copied := filepath.Join(dir, filepath.Base(path))
	src, err := os.Open(path)
	require.NoError(t, err)
	defer src.Close()
	dst, err := os.OpenFile(copied, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(dst, src)
	require.NoError(t, err)
	require.NoError(t, dst.Close())
	return copied
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info
}

func temporalForTests(t *testing.T, as *account) string {
	t.Helper()
	bin, _, err := findTemporal(os.Getenv("BACKSIGHT_TEMPORAL_BIN"))
	require.NoError(t, err)
	if as != nil {
		return copyFor(t, as, bin)
	}
	return bin
}

// newDataDir returns a new data directory. Tests do not use t.TempDir because the account that runs
// Postgres for root cannot enter that folder.
func newDataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "backsight-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() {
		// Servers whose parent was killed may still be ending and write a file while RemoveAll
		// runs.
		err := os.RemoveAll(dir)
		for deadline := time.Now().Add(60 * time.Second); err != nil && time.Now().Before(deadline); err = os.RemoveAll(dir) {
			time.Sleep(10 * time.Millisecond)
		}
		require.NoError(t, err)
	})
	return dir
}

// withOwnPorts saves ports in a data directory that no other test prefers, and returns the
// directory. Tests that stop and start a stack need such ports.
func withOwnPorts(t *testing.T, dir string) string {
	t.Helper()
	grpc, err := choosePort("temporal", nil)
	require.NoError(t, err)
	ui, err := choosePort("temporal ui", nil, grpc)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(portsFile(dir)), 0o700))
	require.NoError(t, temporalPorts{GRPC: grpc, UI: ui}.write(portsFile(dir)))
	return dir
}

// eventually polls until the condition holds, and fails after a minute.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for !condition() {
		select {
		case <-ctx.Done():
			require.FailNow(t, "gave up waiting until "+what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// ended reports whether a process has ended. A zombie counts as ended.
func ended(pid int) bool { return commandLine(pid) == "" }

func kill(t *testing.T, pid int) {
	t.Helper()
	require.Positive(t, pid)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL), "process "+strconv.Itoa(pid))
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(text []byte) (int, error) {
	w.t.Logf("%s", text)
	return len(text), nil
}

func testLogger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}
