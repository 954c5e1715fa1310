package testdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestNew_ReturnsASeparateMigratedDatabase(t *testing.T) {
	t.Parallel()

	one, other := New(t), New(t)
	var tables int
	require.NoError(t, one.QueryRow(t.Context(), `SELECT count(*) FROM goose_db_version WHERE is_applied`).Scan(&tables))
	require.Greater(t, tables, 1, "the migrations have been applied")
	_, err := one.Exec(t.Context(), `CREATE TABLE mine (n int)`)
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), `SELECT FROM mine`)
	require.ErrorContains(t, err, `relation "mine" does not exist`)
}

func TestTemplate_IsCreatedOncePerSchema(t *testing.T) {
	t.Parallel()

	made := 0
	s := schema{hash: "once_" + fmt.Sprint(time.Now().UnixNano()), migrate: func(ctx context.Context, url string) error {
		made++
		return execOn(ctx, url, `CREATE TABLE hello (n int)`)
	}}
	for range 3 {
		url := newDatabase(t, s)
		require.NoError(t, execOn(t.Context(), url, `INSERT INTO hello VALUES (1)`))
	}
	require.Equal(t, 1, made)
}

func TestTemplate_IsCreatedAgainAfterAFailedMigration(t *testing.T) {
	t.Parallel()

	srv, err := sharedServer(t.Context())
	require.NoError(t, err)
	broken := errors.New("syntax error at or near TABEL")
	s := schema{hash: "broken_" + fmt.Sprint(time.Now().UnixNano()), migrate: func(ctx context.Context, url string) error {
		return errors.Join(execOn(ctx, url, `CREATE TABLE half (n int)`), broken)
	}}
	_, err = srv.template(t.Context(), s)
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "template database template_broken_")

	s.migrate = func(ctx context.Context, url string) error { return execOn(ctx, url, `CREATE TABLE half (n int)`) }
	_, err = srv.template(t.Context(), s)
	require.NoError(t, err, "the incomplete database was dropped")
}

func TestNewURL_DropsTheDatabaseOfAPassedTest(t *testing.T) {
	t.Parallel()

	var url string
	t.Run("inner", func(t *testing.T) { url = NewURL(t) })
	require.ErrorContains(t, execOn(t.Context(), url, `SELECT 1`), "does not exist")
}

// recorder is a testing.TB that records a failure without failing the real test.
type recorder struct {
	testing.TB
	failed   bool
	cleanups []func()
	logs     string
}

func (r *recorder) Helper()          {}
func (r *recorder) Failed() bool     { return r.failed }
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Logf(format string, args ...any) {
	r.logs += fmt.Sprintf(format, args...)
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failed = true
	r.Logf(format, args...)
}

func (r *recorder) end() {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
}

func TestDiscard_KeepsTheDatabaseOfAFailedTest(t *testing.T) {
	t.Parallel()

	dir := ownServer(t, idleTimes{idle: time.Hour, kept: time.Hour})
	srv, err := useServer(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.users.Close()) })
	require.NoError(t, srv.admin(t.Context(), func(conn *pgx.Conn) error {
		_, err := conn.Exec(t.Context(), `CREATE DATABASE test_kept`)
		return err
	}))

	r := &recorder{TB: t, failed: true}
	srv.discard(r, "test_kept")
	require.Contains(t, r.logs, "psql '"+srv.databaseURL("test_kept")+"'")
	require.NoError(t, execOn(t.Context(), srv.databaseURL("test_kept"), `SELECT 1`))
	require.FileExists(t, keptFile(dir), "the server process stays longer")
}

func TestNew_FailsTheTestForAConnectionThatIsNotReleased(t *testing.T) {
	t.Parallel()

	r := &recorder{TB: t}
	pool := New(r)
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	closePoolWithin(r, pool, time.Millisecond)
	require.True(t, r.failed)
	require.Contains(t, r.logs, "1 connections were not released")
	conn.Release()
	r.failed = false
	r.end()
}

func TestHashFiles_DependsOnNamesAndContents(t *testing.T) {
	t.Parallel()

	base := fstest.MapFS{"1.sql": {Data: []byte("a")}, "2.sql": {Data: []byte("b")}}
	hash, err := hashFiles(base)
	require.NoError(t, err)
	again, err := hashFiles(fstest.MapFS{"2.sql": {Data: []byte("b")}, "1.sql": {Data: []byte("a")}})
	require.NoError(t, err)
	require.Equal(t, hash, again)
	for name, files := range map[string]fstest.MapFS{
		"content":  {"1.sql": {Data: []byte("a")}, "2.sql": {Data: []byte("c")}},
		"name":     {"1.sql": {Data: []byte("a")}, "3.sql": {Data: []byte("b")}},
		"one more": {"1.sql": {Data: []byte("a")}, "2.sql": {Data: []byte("b")}, "3.sql": {}},
		"boundary": {"1.sql": {Data: []byte("a2.sql 1\nb")}},
	} {
		other, err := hashFiles(files)
		require.NoError(t, err)
		require.NotEqual(t, hash, other, name)
	}
}

func TestDatabaseNames(t *testing.T) {
	t.Parallel()

	name := databaseName("TestA/with_Ünïcode and/very very very very very very very long")
	require.Regexp(t, `^test_testa_with_n_code_and_very_ver_[a-z2-7]{12}$`, name)
	require.LessOrEqual(t, len(name), 63)
	require.NotEqual(t, name, databaseName("TestA"))
}

// ownServer runs a server in this process, in a directory of this test.
func ownServer(t *testing.T, times idleTimes) (dir string) {
	t.Helper()
	dir = ownDir(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- runServer(ctx, dir, times) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	waitFor(t, "the server", func() bool { return exists(urlFile(dir)) })
	return dir
}

func ownDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "backsight-testdb-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func TestRunServer_EndsWhenUnused(t *testing.T) {
	t.Parallel()

	dir := ownDir(t)
	srv := &server{dir: dir}
	var err error
	srv.users, err = lockFile(t.Context(), usersFile(dir), 1)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		ended <- runServer(context.Background(), dir, idleTimes{idle: time.Millisecond, kept: time.Hour})
	}()
	waitFor(t, "the server", func() bool { return srv.connects(t.Context()) == nil })

	// The lock is checked several times while a test process holds it, and the server keeps
	// running.
	for range 3 {
		select {
		case err := <-ended:
			require.FailNow(t, "the server ended while it was in use", "%v", err)
		case <-time.After(checkEvery):
		}
		require.NoError(t, srv.connects(t.Context()))
	}

	// A kept database of a failed test keeps the server running.
	require.NoError(t, srv.keep())
	require.NoError(t, srv.users.Close())
	select {
	case err := <-ended:
		require.FailNow(t, "the server ended although a database was kept", "%v", err)
	case <-time.After(3 * checkEvery):
	}

	require.NoError(t, os.Remove(keptFile(dir)))
	require.NoError(t, <-ended)
	require.NoDirExists(t, dataDir(dir), "the server's files are removed")
	require.NoFileExists(t, urlFile(dir))
}

func TestServer_IsSharedByProcessesAndOutlivesThem(t *testing.T) {
	t.Parallel()

	// With their own TMPDIR, the child processes use a separate server; each creates a database and
	// ends.
	tmp := ownDir(t)
	run := func() string {
		cmd := exec.Command(testBinary(t), "-test.run", "^TestNew_ReturnsASeparateMigratedDatabase$", "-test.v")
		cmd.Env = append(os.Environ(), "TMPDIR="+tmp)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		dirs, err := filepath.Glob(filepath.Join(tmp, "backsight-testdb-*"))
		require.NoError(t, err)
		require.Len(t, dirs, 1)
		return dirs[0]
	}
	dir := run()
	serverProcess := serverProcessPid(t, dir)
	t.Cleanup(func() { endServerProcess(t, dir) })
	require.Equal(t, dir, run())
	require.Equal(t, serverProcess, serverProcessPid(t, dir), "the second process uses the server of the first one")

	// When the server process is killed, Postgres ends too, and the next test process starts
	// another.
	postgres := postgresPid(t, dir)
	killNow(t, serverProcess)
	waitFor(t, "Postgres to end", func() bool { return gone(postgres) })
	run()
	require.NotEqual(t, serverProcess, serverProcessPid(t, dir))
}
