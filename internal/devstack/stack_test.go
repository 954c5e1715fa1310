package devstack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/backsight/backsight/insights"
)

func startStack(t *testing.T, o Options) *Stack {
	t.Helper()
	o.Logger = testLogger(t)
	s, err := Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// leaveMark writes data to both servers.
func leaveMark(t *testing.T, url, address, mark string) {
	t.Helper()
	ctx := t.Context()
	query(t, url, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `CREATE TABLE IF NOT EXISTS marks (mark text)`)
		if err == nil {
			_, err = conn.Exec(ctx, `INSERT INTO marks VALUES ($1)`, mark)
		}
		return err
	})
	_, err := dial(t, address).StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
		Namespace: TemporalNamespace, WorkflowId: mark, RequestId: mark,
		WorkflowType: &common.WorkflowType{Name: "mark"},
		TaskQueue:    &taskqueue.TaskQueue{Name: "nobody-listens"},
	})
	require.NoError(t, err)
}

// requireMark asserts that both servers still have the data that leaveMark wrote.
func requireMark(t *testing.T, url, address, mark string) {
	t.Helper()
	query(t, url, func(conn *pgx.Conn) error {
		var n int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM marks WHERE mark = $1`, mark).Scan(&n)
		if err == nil && n != 1 {
			err = fmt.Errorf("the database has %d marks", n)
		}
		return err
	})
	said, err := dial(t, address).DescribeWorkflowExecution(t.Context(), &workflowservice.DescribeWorkflowExecutionRequest{
		Namespace: TemporalNamespace, Execution: &common.WorkflowExecution{WorkflowId: mark},
	})
	require.NoError(t, err)
	require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, said.GetWorkflowExecutionInfo().GetStatus())
}

func query(t *testing.T, url string, do func(*pgx.Conn) error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	require.NoError(t, errors.Join(do(conn), conn.Close(context.Background())))
}

func dial(t *testing.T, address string) workflowservice.WorkflowServiceClient {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return workflowservice.NewWorkflowServiceClient(conn)
}

func TestStack_KeepsItsDataAcrossRestarts(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	first := startStack(t, Options{DataDir: dir})
	leaveMark(t, first.PostgresURL(), first.TemporalAddress(), "first")
	pids := first.Pids()
	require.NoError(t, first.Stop(t.Context()))
	require.NoError(t, first.Stop(t.Context()), "Stop is idempotent")
	for name, pid := range pids {
		require.True(t, ended(pid), "%s has ended when Stop returns", name)
	}

	second := startStack(t, Options{DataDir: dir})
	require.Equal(t, first.TemporalAddress(), second.TemporalAddress())
	require.Equal(t, first.TemporalUI(), second.TemporalUI())
	require.Equal(t, first.PostgresURL(), second.PostgresURL())
	requireMark(t, second.PostgresURL(), second.TemporalAddress(), "first")

	response, err := http.Get(second.TemporalUI())
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "DENY", response.Header.Get("X-Frame-Options"))

	said, err := dial(t, second.TemporalAddress()).DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: TemporalNamespace})
	require.NoError(t, err)
	require.Equal(t, retention, said.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
}

func TestStacks_RunSideBySide(t *testing.T) {
	t.Parallel()

	one := startStack(t, Options{DataDir: newDataDir(t)})
	other := startStack(t, Options{DataDir: newDataDir(t)})
	require.NotEqual(t, one.TemporalAddress(), other.TemporalAddress())
	require.NotEqual(t, one.TemporalUI(), other.TemporalUI())
	leaveMark(t, one.PostgresURL(), one.TemporalAddress(), "one")
	leaveMark(t, other.PostgresURL(), other.TemporalAddress(), "other")
	requireMark(t, one.PostgresURL(), one.TemporalAddress(), "one")
}

func TestOneStackPerDataDirectory(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	first := startStack(t, Options{DataDir: dir, Test: true})
	_, err := Start(t.Context(), Options{DataDir: dir, Test: true})
	require.Equal(t, insights.Conflict, insights.ErrorCode(err))
	require.ErrorContains(t, err, fmt.Sprintf("data directory %s: in use by process %d; stop that process, or choose another directory with --data or BACKSIGHT_DATA", dir, os.Getpid()))
	query(t, first.PostgresURL(), func(conn *pgx.Conn) error { return conn.Ping(t.Context()) })
}

func TestStack_RestartsKilledServers(t *testing.T) {
	t.Parallel()

	s := startStack(t, Options{DataDir: withOwnPorts(t, newDataDir(t))})
	url, address := s.PostgresURL(), s.TemporalAddress()
	leaveMark(t, url, address, "before")
	for _, server := range []string{"postgres", "temporal", "postgres"} {
		killed := s.Pids()[server]
		kill(t, killed)
		eventually(t, server+" is back", func() bool {
			pid := s.Pids()[server]
			return pid != 0 && pid != killed && s.postgres.ping(t.Context()) == nil && s.temporal.ping(t.Context()) == nil
		})
		require.Equal(t, url, s.PostgresURL())
		require.Equal(t, address, s.TemporalAddress())
		requireMark(t, url, address, "before")
	}
}

func TestStack_ServersEndWithTheirParent(t *testing.T) {
	t.Parallel()

	accounts := map[string]*account{"same account": nil}
	if os.Geteuid() == 0 {
		accounts["ordinary user"] = &account{name: "nobody", uid: 65534, gid: 65534}
	}
	for name, as := range accounts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := withOwnPorts(t, newDataDir(t))
			for _, path := range []string{dir, filepath.Dir(portsFile(dir)), portsFile(dir)} {
				require.NoError(t, as.own(path))
			}
			parent, said := play(t, "parent", dir, as)
			require.Empty(t, said.Error)
			if as != nil {
				require.Equal(t, as.uid, processOwner(t, said.Pids["postgres"]), "the servers of an ordinary user run as that user")
			} else if os.Geteuid() == 0 {
				require.NotZero(t, processOwner(t, said.Pids["postgres"]), "Postgres does not run as root")
			}
			if as == nil {
				leaveMark(t, said.URL, said.Address, "mark")
			}
			kill(t, parent.Process.Pid)
			for server, pid := range said.Pids {
				eventually(t, server+" has ended", func() bool { return ended(pid) })
			}

			_, again := play(t, "parent", dir, as)
			require.Empty(t, again.Error)
			require.Equal(t, said.Address, again.Address)
			require.Equal(t, said.UI, again.UI)
			if as == nil {
				requireMark(t, again.URL, again.Address, "mark")
			}
		})
	}
}

func TestStart_SucceedsRightAfterTheParentWasKilled(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	parent, said := play(t, "parent", dir, nil)
	require.Empty(t, said.Error)
	leaveMark(t, said.URL, said.Address, "mark")
	kill(t, parent.Process.Pid)

	s := startStack(t, Options{DataDir: dir}) // the old servers may still be ending
	require.Equal(t, said.Address, s.TemporalAddress())
	requireMark(t, s.PostgresURL(), s.TemporalAddress(), "mark")
}

func TestStop_KillsWhenItsContextEnds(t *testing.T) {
	t.Parallel()

	s := startStack(t, Options{DataDir: newDataDir(t)})
	pids := s.Pids()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, s.Stop(over))
	for name, pid := range pids {
		require.True(t, ended(pid), name)
	}
}

func TestStart_LeavesNothingRunningWhenCancelled(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Start(over, Options{DataDir: dir})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
	startStack(t, Options{DataDir: dir}) // it fails if a lock or server remains
}

func TestStack_RemovesItsTemporaryDirectory(t *testing.T) {
	t.Parallel()

	s, err := Start(t.Context(), Options{Test: true, Logger: testLogger(t)})
	require.NoError(t, err)
	require.Empty(t, s.TemporalUI())
	require.DirExists(t, s.options.DataDir)
	require.NoError(t, s.Stop(t.Context()))
	require.NoDirExists(t, s.options.DataDir)
}

func TestPostgres_HasTheSettingsOfTheProduct(t *testing.T) {
	t.Parallel()

	s := startStack(t, Options{DataDir: newDataDir(t)})
	for setting, want := range map[string]string{
		"server_encoding": "UTF8", "lc_collate": "C", "TimeZone": "UTC", "listen_addresses": "", "fsync": "on", "synchronous_commit": "on",
	} {
		query(t, s.PostgresURL(), func(conn *pgx.Conn) error {
			var got string
			err := conn.QueryRow(t.Context(), `SELECT current_setting($1)`, setting).Scan(&got)
			require.Equal(t, want, got, setting)
			return err
		})
	}
}

func TestEnvironment_DoesNotConfigureTheServers(t *testing.T) {
	t.Setenv("PGPORT", "1")
	t.Setenv("PGDATA", "/nowhere")
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	t.Setenv("LC_ALL", "xx_XX.UTF-8")

	s := startStack(t, Options{Test: true})
	require.NotZero(t, s.Pids()["postgres"])
}
