package devstack

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
)

// temporalArgs returns the arguments of the server. `hidden` is the address of its web interface.
func temporalArgs(o Options, ports temporalPorts, hidden netip.AddrPort, database string) []string {
	args := []string{
		"server", "start-dev", "--log-level", "error", "--disable-config-env", "--disable-config-file",
		"--ip", "127.0.0.1", "--port", strconv.Itoa(ports.GRPC),
	}
	if o.Test {
		args = append(args, "--headless")
	} else {
		args = append(args, "--ui-ip", hidden.Addr().String(), "--ui-port", strconv.Itoa(int(hidden.Port())), "--db-filename", database,
			// These settings give 3 times the throughput of the defaults (measured).
			"--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal")
	}
	for _, setting := range dynamicConfig {
		args = append(args, "--dynamic-config-value", setting)
	}
	if o.Test || fair(database) {
		args = append(args, "--dynamic-config-value", "matching.enableFairness=true")
	}
	return args
}

// fair reports whether the server of this database uses Temporal's fairness, which lets series
// share the queues evenly. A server with fairness keeps tasks in other tables than one without, and
// does not find tasks in the tables of the other kind. So the first start decides: if the database
// does not exist yet, fair writes a file next to it and returns true. Later it returns true only if
// this file exists. Without fairness, a series waits for the searches of other series that are
// already queued, whose number the setting backsight.series.window limits.
func fair(database string) bool {
	record := filepath.Join(filepath.Dir(database), "fair")
	if _, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) {
		return os.WriteFile(record, nil, 0o600) == nil
	}
	_, err := os.Stat(record)
	return err == nil
}

// dynamicConfig adapts the server to one machine with one user.
var dynamicConfig = []string{
	"frontend.enableServerVersionCheck=false", // makes no calls to the internet
	// The server also has an HTTP API at a random port. Pages of other sites must not use it.
	`frontend.httpAllowedHosts=["127.0.0.1:*","localhost:*"]`,
	// With one partition, the server does not forward tasks between partitions. It matches tasks
	// immediately, and rate limits of queues are exact.
	"matching.numTaskqueueReadPartitions=1",
	"matching.numTaskqueueWritePartitions=1",
	"matching.useNewMatcher=true", // needed for priorities; by default this server ignores them
	// The default limits protect a shared cluster. Here they would only slow down the one worker.
	"frontend.rps=20000",
	"frontend.namespaceRPS=20000",
	"frontend.namespaceCount=10000",
	"frontend.namespaceRPS.visibility=1000",
	"matching.rps=20000",
	"history.rps=20000",
	// A dashboard sends several queries to a busy workflow at the same time; by default, the server
	// buffers only one.
	"history.MaxBufferedQueryCount=20",
	// The server must allow a series to be cancelled and started again within a second.
	`history.workflowIdReuseMinimalInterval="0s"`,
}
