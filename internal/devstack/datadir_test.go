package devstack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestUnusableDataDirectories(t *testing.T) {
	t.Parallel()

	file := filepath.Join(newDataDir(t), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	foreign := newDataDir(t)
	require.NoError(t, os.MkdirAll(filepath.Join(foreign, "postgres"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(foreign, "postgres", "thesis.tex"), nil, 0o600))
	garbled := newDataDir(t)
	writeVersion(t, garbled, "fifteen\n")

	for name, tt := range map[string]struct {
		dir  string
		want string
	}{
		"below a file":          {filepath.Join(file, "data"), "cannot be created"},
		"a file":                {file, "cannot be written to"},
		"not Postgres's files":  {foreign, "it contains files but no PG_VERSION"},
		"a number sign":         {filepath.Join(newDataDir(t), "c#"), `its path contains "#"`},
		"a question mark":       {filepath.Join(newDataDir(t), "what?"), `its path contains "?"`},
		"a percent sign":        {filepath.Join(newDataDir(t), "100%"), `its path contains "%"`},
		"PG_VERSION is garbled": {garbled, `its PG_VERSION is "fifteen\n"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			requireStartFails(t, Options{DataDir: tt.dir}, insights.Invalid, "data directory "+tt.dir, tt.want, "choose another", "--data or BACKSIGHT_DATA")
		})
	}
}

// File permissions do not restrict root. So when root runs this test, the stack is started as an
// ordinary user.
func TestReadOnlyDataDirectory(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	var as *account
	if os.Geteuid() == 0 {
		as = &account{name: "nobody", uid: 65534, gid: 65534}
		require.NoError(t, as.own(dir))
	}
	require.NoError(t, os.Chmod(dir, 0o555))
	t.Cleanup(func() { require.NoError(t, os.Chmod(dir, 0o755)) })
	_, said := play(t, "start", dir, as)
	require.Contains(t, said.Error, "data directory "+dir+": cannot be written to")
	require.Contains(t, said.Error, "permission denied; choose another with --data or BACKSIGHT_DATA")
}

func TestDataDirectoryOfRootBelowAClosedFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root's Postgres runs as another account")
	}

	closed := t.TempDir() // below a folder of mode 0700
	requireStartFails(t, Options{DataDir: filepath.Join(closed, "data")}, insights.Invalid,
		"Postgres cannot run as root, and the account ", " cannot enter "+filepath.Dir(closed)+" (mode 0700)", "/var/lib/backsight")
}

func TestDamagedDataDirectory(t *testing.T) {
	t.Parallel()

	o := Options{DataDir: newDataDir(t), Test: true, Logger: testLogger(t)}
	p, err := StartPostgres(t.Context(), o)
	require.NoError(t, err)
	require.NoError(t, p.Stop(t.Context()))
	require.NoError(t, os.Remove(filepath.Join(o.DataDir, "postgres", "global", "pg_control")))
	requireStartFails(t, o, insights.Unavailable, "postgres: the server ended before it answered; see "+o.DataDir+"/log/postgres.log, which contains:", "pg_control")
}

func TestLongDataDirectoryHasAShortSocket(t *testing.T) {
	t.Parallel()

	dir := filepath.Join(newDataDir(t), strings.Repeat("long/", 30))
	p, err := StartPostgres(t.Context(), Options{DataDir: dir, Test: true, Logger: testLogger(t)})
	require.NoError(t, err)
	require.Less(t, len(p.socketDir), 80)
	require.NoError(t, p.ping(t.Context()))
	require.NoError(t, p.Stop(t.Context()))
	require.NoError(t, os.Remove(p.socketDir), "it is empty")
}

func TestSocketDirectoryOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can make a directory that belongs to somebody else")
	}

	dir := newDataDir(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "run"), 0o777))
	require.NoError(t, os.Chown(filepath.Join(dir, "run"), 12345, 12345))
	requireStartFails(t, Options{DataDir: dir, Test: true}, insights.Invalid, "it belongs to another user (uid 12345)")
}

func TestDefaultDirectories(t *testing.T) {
	t.Setenv("BACKSIGHT_DATA", "/srv/own")
	require.Equal(t, "/srv/own", DefaultDataDir())
	t.Setenv("BACKSIGHT_DATA", "")
	if os.Geteuid() == 0 {
		require.Equal(t, "/var/lib/backsight", DefaultDataDir())
		return
	}
	t.Setenv("HOME", "/home/ada")
	t.Setenv("XDG_DATA_HOME", "/home/ada/data")
	require.Equal(t, "/home/ada/data/backsight", DefaultDataDir())
	t.Setenv("XDG_DATA_HOME", "relative")
	require.Equal(t, "/home/ada/.local/share/backsight", DefaultDataDir())
}
