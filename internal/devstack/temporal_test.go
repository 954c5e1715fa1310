package devstack

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

// takePort listens on a port, as another program's server.
func takePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestStartTemporal_RefusesARequestedPort(t *testing.T) {
	t.Parallel()

	taken := takePort(t)
	us := fmt.Sprintf("temporal's web interface: port %d cannot be used: it is used by devstack.test (process %d); choose another with --temporal-ui-port", taken, os.Getpid())
	for name, tt := range map[string]struct {
		o    Options
		code insights.Code
		want string
	}{
		"in use":     {Options{TemporalUIPort: taken}, insights.Conflict, us},
		"not a port": {Options{TemporalUIPort: 70000}, insights.Invalid, "temporal's web interface: 70000 is not a port; choose one from 1 to 65535"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tt.o.DataDir, tt.o.Logger = newDataDir(t), testLogger(t)
			_, err := StartTemporal(t.Context(), tt.o)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, tt.code, insights.ErrorCode(err))
		})
	}
}

func TestStartTemporal_ReplacesASavedPortInUse(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	ports, err := readPorts(portsFile(dir))
	require.NoError(t, err)
	taken := takePort(t)
	require.NoError(t, temporalPorts{GRPC: ports.GRPC, UI: taken}.write(portsFile(dir)))

	temporal, err := StartTemporal(t.Context(), Options{DataDir: dir, Logger: testLogger(t)})
	require.NoError(t, err)
	require.NoError(t, temporal.Stop(t.Context()))
	now, err := readPorts(portsFile(dir))
	require.NoError(t, err)
	require.Equal(t, ports.GRPC, now.GRPC, "the free port stays")
	require.NotEqual(t, taken, now.UI)
	require.Equal(t, fmt.Sprintf("http://127.0.0.1:%d", now.UI), temporal.UI(), "the new port is saved")
}

func TestStartTemporal_RefusesADamagedPortsFile(t *testing.T) {
	t.Parallel()

	dir := withOwnPorts(t, newDataDir(t))
	require.NoError(t, os.WriteFile(portsFile(dir), []byte("{"), 0o600))
	_, err := StartTemporal(t.Context(), Options{DataDir: dir, Logger: testLogger(t)})
	require.ErrorContains(t, err, "saved ports "+portsFile(dir)+": unexpected end of JSON input; remove the file")
	require.Equal(t, insights.Invalid, insights.ErrorCode(err))
}

func TestStartTemporal_ReportsAProgramThatCannotBeRun(t *testing.T) {
	t.Parallel()

	dir := newDataDir(t)
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o600))
	old := filepath.Join(dir, "old")
	writeScript(t, old, `echo "Error: unknown flag: --sqlite-pragma" >&2; exit 1`)
	for name, tt := range map[string]struct {
		bin  string
		code insights.Code
		want string
	}{
		"absent":         {"/nowhere/temporal", insights.Invalid, "temporal: /nowhere/temporal is not an executable program; correct BACKSIGHT_TEMPORAL_BIN"},
		"not executable": {plain, insights.Invalid, plain + " is not an executable program"},
		"too old":        {old, insights.Unavailable, "unknown flag: --sqlite-pragma"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := StartTemporal(t.Context(), Options{DataDir: newDataDir(t), TemporalBin: tt.bin, Logger: testLogger(t)})
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, tt.code, insights.ErrorCode(err))
		})
	}
}

func TestFindTemporal(t *testing.T) {
	path := newDataDir(t)
	t.Setenv("PATH", path)
	outside := newDataDir(t)
	t.Chdir(outside)
	_, _, err := findTemporal("")
	require.ErrorContains(t, err, "temporal: there is no temporal command on the PATH")
	require.ErrorContains(t, err, "make temporal")
	require.Equal(t, insights.Unavailable, insights.ErrorCode(err))

	// A .bin in any other folder must not be used.
	root := newDataDir(t)
	built := filepath.Join(root, ".bin", "temporal")
	deep := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(filepath.Dir(built), 0o755))
	require.NoError(t, os.MkdirAll(deep, 0o755))
	writeScript(t, built, "true")
	t.Chdir(deep)
	_, _, err = findTemporal("")
	require.Error(t, err)

	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte(module+"\n\ngo 1.26\n"), 0o600))
	found, why, err := findTemporal("")
	require.NoError(t, err)
	require.Equal(t, built, found)
	require.Equal(t, "built by make in this checkout", why)

	writeScript(t, filepath.Join(path, "temporal"), "true")
	found, why, err = findTemporal("")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(path, "temporal"), found)
	require.Equal(t, "temporal is on the PATH", why)
}

func TestServes_IgnoresAnotherServerOnThePort(t *testing.T) {
	t.Parallel()

	s := startStack(t, Options{Test: true})
	require.True(t, listensOn(s.temporal.Pid(), s.temporal.ports.Load().GRPC))
	require.False(t, listensOn(os.Getpid(), s.temporal.ports.Load().GRPC))
	require.ErrorContains(t, s.temporal.serves(t.Context(), os.Getpid()), "does not listen on port")
}

// A server with fairness does not find tasks that a server without fairness has queued, so a
// database keeps its first setting.
func TestFairness_IsOnlyForNewDatabases(t *testing.T) {
	t.Parallel()

	const fairness = "matching.enableFairness=true"
	args := func(database string) []string {
		return temporalArgs(Options{}, temporalPorts{}, netip.MustParseAddrPort("127.1.2.3:20001"), database)
	}
	fresh := filepath.Join(t.TempDir(), "temporal.db")
	require.Contains(t, args(fresh), fairness)
	require.NoError(t, os.WriteFile(fresh, nil, 0o600))
	require.Contains(t, args(fresh), fairness, "the second start")

	older := filepath.Join(t.TempDir(), "temporal.db")
	require.NoError(t, os.WriteFile(older, nil, 0o600))
	require.NotContains(t, args(older), fairness)
	require.Contains(t, args(older), "matching.useNewMatcher=true", "priorities work with the same tables")
}
