package devstack

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

// shellServer returns the spec of a server that runs a shell script. The script must append its
// process id to the file $SERVED when the server answers. `starts` returns the ids in the file.
func shellServer(t *testing.T, script string) (spec childSpec, starts func() []string) {
	t.Helper()
	dir := t.TempDir()
	served := filepath.Join(dir, "served")
	starts = func() []string {
		text, _ := os.ReadFile(served) // absent before the first start
		return strings.Fields(string(text))
	}
	return childSpec{
		name:    "shell",
		logPath: filepath.Join(dir, "log"),
		command: func(bool) (*exec.Cmd, error) {
			cmd := exec.Command("sh", "-c", script)
			cmd.Env = append(os.Environ(), "SERVED="+served)
			return cmd, nil
		},
		ready: func(context.Context, int) error {
			if len(starts()) == 0 {
				return errors.New("not yet")
			}
			return nil
		},
		startError: func(output string) error {
			if strings.Contains(output, "hopeless") {
				return insights.Errorf(insights.Unavailable, "shell: %s", output)
			}
			return nil
		},
		stopSignals:  []stopSignal{{syscall.SIGTERM, 30 * time.Second}},
		orphanSignal: syscall.SIGKILL,
	}, starts
}

func TestChild_IsRestartedUntilStop(t *testing.T) {
	t.Parallel()

	spec, starts := shellServer(t, `echo $$ >> "$SERVED"; exec sleep 600`)
	c, err := startChild(t.Context(), spec, testLogger(t))
	require.NoError(t, err)
	for range 3 {
		before := len(starts())
		eventually(t, "it runs", func() bool { return c.pid.Load() != 0 })
		kill(t, int(c.pid.Load()))
		eventually(t, "it was started again", func() bool { return len(starts()) > before })
	}
	c.stop(t.Context())
	require.Zero(t, c.pid.Load())
	n := len(starts())
	c.stop(t.Context())
	require.Len(t, starts(), n, "a stopped child is not started again")
}

func TestChild_RetriesAFailedStart(t *testing.T) {
	t.Parallel()

	spec, starts := shellServer(t, `[ -e "$SERVED".first ] || { : > "$SERVED".first; echo "address already in use"; exit 1; }; echo $$ >> "$SERVED"; exec sleep 600`)
	c, err := startChild(t.Context(), spec, testLogger(t))
	require.NoError(t, err)
	require.Len(t, starts(), 1)
	c.stop(t.Context())
}

func TestChild_GivesUpWhenItCannotStart(t *testing.T) {
	t.Parallel()

	for name, tt := range map[string]struct{ script, want string }{
		"reports a permanent error":     {`echo "hopeless: the disk is gone"; exit 1`, "shell: hopeless: the disk is gone"},
		"ends each time without output": {`exit 3`, "shell: the server ended 8 times before it answered, the last time with exit status 3; see "},
		"ends each time with success":   {`echo bye`, "the last time with exit status 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			spec, _ := shellServer(t, tt.script)
			_, err := startChild(t.Context(), spec, testLogger(t))
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
		})
	}
}

func TestChild_ReportsAProgramThatCannotBeRun(t *testing.T) {
	t.Parallel()

	spec, _ := shellServer(t, "")
	spec.command = func(bool) (*exec.Cmd, error) { return exec.Command("/nowhere/server"), nil }
	_, err := startChild(t.Context(), spec, testLogger(t))
	require.ErrorContains(t, err, "shell: /nowhere/server cannot be run: ")
}

func TestChild_IsEndedWhenItNeverAnswers(t *testing.T) {
	t.Parallel()

	spec, _ := shellServer(t, `echo "still thinking"; exec sleep 600`)
	pids := make(chan int, 1)
	spec.onStart = func(pid int) error { pids <- pid; return nil }
	ctx, cancel := context.WithCancelCause(t.Context())
	spec.ready = func(context.Context, int) error {
		cancel(errors.New("the user cancelled"))
		return errors.New("not yet")
	}
	_, err := startChild(ctx, spec, testLogger(t))
	require.ErrorContains(t, err, "shell: the server did not start: the user cancelled")
	require.True(t, ended(<-pids))
}

func TestChild_IsKilledWhenItIgnoresTheStopSignal(t *testing.T) {
	t.Parallel()

	spec, starts := shellServer(t, `trap '' TERM; echo $$ >> "$SERVED"; while :; do sleep 0.05; done`)
	spec.stopSignals[0].grace = time.Millisecond
	c, err := startChild(t.Context(), spec, testLogger(t))
	require.NoError(t, err)
	pid := int(c.pid.Load())
	c.stop(t.Context())
	require.True(t, ended(pid))
	require.Len(t, starts(), 1)
}

func TestOpenLog_RenamesALargeLog(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(path, make([]byte, maxLogSize+1), 0o600))
	log, err := OpenLog(path)
	require.NoError(t, err)
	_, err = log.WriteString("hello\n")
	require.NoError(t, err)
	require.NoError(t, log.Close())
	log, err = OpenLog(path)
	require.NoError(t, err)
	_, err = log.WriteString("world\n")
	require.NoError(t, err)
	require.NoError(t, log.Close())
	require.EqualValues(t, maxLogSize+1, stat(t, path+".old").Size())
	require.Equal(t, "hello\nworld", logFrom(path, 0))
	require.Equal(t, "world", logFrom(path, int64(len("hello\n"))))
	_, err = OpenLog(filepath.Join(path, "below a file"))
	require.Equal(t, insights.Invalid, insights.ErrorCode(err))
}

func TestExcerpt_KeepsBothEnds(t *testing.T) {
	t.Parallel()

	require.Equal(t, "a\nb", excerpt("a\nb\n"))
	require.Equal(t, "1\n2\n3\n4\n…\n7\n8\n9\n10", excerpt("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"))
}
