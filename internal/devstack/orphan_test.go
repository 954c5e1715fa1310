package devstack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// leaveBehind runs a command without supervision. On a system without parent-death signals, a
// killed parent leaves such a process.
func leaveBehind(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	cmd.Stdout, cmd.Stderr = testWriter{t}, testWriter{t}
	require.NoError(t, cmd.Start())
	reaped := make(chan struct{})
	go func() {
		defer close(reaped)
		_ = cmd.Wait() // the test kills it
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-reaped
	})
	return cmd.Process.Pid
}

func TestStart_StopsAnOrphanedPostgres(t *testing.T) {
	t.Parallel()

	o := Options{DataDir: newDataDir(t), Test: true, Logger: testLogger(t)}
	p, err := StartPostgres(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, p.Stop(t.Context()))
	a, err := postgresAccount(filepath.Join(o.DataDir, "postgres"))
	require.NoError(t, err)
	found, err := findPostgres(t.Context(), "", 0, a)
	require.NoError(t, err)

	left := exec.Command(filepath.Join(found.bin, "postgres"),
		append([]string{"-D", filepath.Join(o.DataDir, "postgres"), "-k", p.socketDir}, postgresSettings(true)...)...)
	a.run(left)
	pid := leaveBehind(t, left)
	eventually(t, "it serves", func() bool { return p.ping(t.Context()) == nil })

	p, err = StartPostgres(t.Context(), o)
	require.NoError(t, err)
	require.NotEqual(t, pid, p.Pid())
	require.True(t, ended(pid))
	require.NoError(t, p.ping(t.Context()))
	require.NoError(t, p.Stop(t.Context()))
}

func TestStart_StopsAnOrphanedTemporal(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	o, err := Options{DataDir: dir, Logger: testLogger(t)}.withDefaults()
	require.NoError(t, err)
	require.NoError(t, prepareDataDir(dir))
	bin, _, err := findTemporal("")
	require.NoError(t, err)
	ports, err := readPorts(portsFile(dir))
	require.NoError(t, err)
	t1 := &Temporal{options: o, bin: bin}
	t1.ports.Store(&ports)
	t1.hidden, err = hiddenAddress()
	require.NoError(t, err)
	left, err := t1.command(true)
	require.NoError(t, err)
	pid := leaveBehind(t, left)
	require.NoError(t, t1.writePid(pid))
	eventually(t, "it serves", func() bool { return t1.serves(t.Context(), pid) == nil })

	t2, err := StartTemporal(t.Context(), o)
	require.NoError(t, err)
	require.True(t, ended(pid))
	require.Equal(t, t1.Address(), t2.Address(), "the port is free again")
	require.NoError(t, t2.Stop(context.Background()))
}

func TestStart_IgnoresTheProcessIdOfAnotherProgram(t *testing.T) {
	t.Parallel()

	// Both files name a running process that is not a server: this one. It must be neither killed
	// nor waited for.
	dir := withOwnPorts(t, newDataDir(t))
	s := startStack(t, Options{DataDir: dir})
	require.NoError(t, s.Stop(t.Context()))
	note := fmt.Appendf(nil, "%d\n", os.Getpid())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres", "postmaster.pid"), note, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "temporal", "pid"), note, 0o600))
	startStack(t, Options{DataDir: dir})
}

func TestStopOrphan_EndsAProcessThatIgnoresTheFirstSignal(t *testing.T) {
	t.Parallel()

	// The path is on the shell's command line as its $0.
	mark := t.Name()
	stubborn := exec.Command("sh", "-c", `trap '' INT; echo ready; while :; do sleep 0.05; done`, mark)
	out, err := stubborn.StdoutPipe()
	require.NoError(t, err)
	stubborn.Stderr = testWriter{t}
	require.NoError(t, stubborn.Start())
	go func() { _ = stubborn.Wait() }()
	_, err = out.Read(make([]byte, 8))
	require.NoError(t, err)
	pid := stubborn.Process.Pid
	require.True(t, runs(pid, "sh", mark))

	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, stopOrphan(over, pid, "sh", mark, 0), context.Canceled)
	require.True(t, runs(pid, "sh", mark), "signal 0 ends no process")
	require.NoError(t, stopOrphan(t.Context(), pid, "sh", mark))
	require.True(t, ended(pid))
}

func TestStart_ReplacesAnUnfinishedDataDirectory(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	half := filepath.Join(dir, "postgres.unfinished")
	require.NoError(t, os.Mkdir(half, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600))
	p, err := StartPostgres(t.Context(), Options{DataDir: dir, Test: true, Logger: testLogger(t)})
	require.NoError(t, err)
	require.NoError(t, p.Stop(t.Context()))
	require.NoDirExists(t, half)
}

func TestAwaitExit_ReturnsForRunningAndForEndedProcesses(t *testing.T) {
	t.Parallel()

	require.False(t, exiting(1<<22+1), "there is no such process")
	require.True(t, exiting(os.Getpid()), "a running process holds its files")
	zombie := exec.Command("true")
	require.NoError(t, zombie.Start())
	t.Cleanup(func() { require.NoError(t, zombie.Wait()) })
	eventually(t, "it is a zombie", func() bool { return !exiting(zombie.Process.Pid) })
	require.True(t, ended(zombie.Process.Pid))
}
