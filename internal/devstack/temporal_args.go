package devstack

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

func temporalArgs(o Options, ports temporalPorts, database string) []string {
	args := []string{
		"server", "start-dev", "--log-level", "error", "--disable-config-env", "--disable-config-file",
		"--ip", "127.0.0.1", "--port", strconv.Itoa(ports.GRPC),
	}
	if o.Test {
		args = append(args, "--headless")
	} else {
		args = append(args, "--ui-port", strconv.Itoa(ports.UI), "--db-filename", database,
			// 3 times the throughput of the defaults, measured.
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

// fair reports whether series take turns in the queues of this database's server. A server with fairness keeps queues in tables of
// its own, and does not look for tasks in those from before: so fairness is decided on when the database is made, and
// noted beside it. Without it a series still waits only for what others have in flight (setting backsight.series.window).
func fair(database string) bool {
	note := filepath.Join(filepath.Dir(database), "fair")
	if _, err := os.Stat(database); errors.Is(err, fs.ErrNotExist) {
		return os.WriteFile(note, nil, 0o600) == nil
	}
	_, err := os.Stat(note)
	return err == nil
}

// dynamicConfig fits the server to one machine with one user.
var dynamicConfig = []string{
	"frontend.enableServerVersionCheck=false", // calls nobody
	// One partition: no forwarding between partitions, so tasks are matched at once and queue rate limits are exact.
	"matching.numTaskqueueReadPartitions=1",
	"matching.numTaskqueueWritePartitions=1",
	"matching.useNewMatcher=true", // priorities act; this server's default is first come, first served
	// The defaults protect a shared cluster; here they would only throttle the one worker.
	"frontend.rps=20000",
	"frontend.namespaceRPS=20000",
	"frontend.namespaceCount=10000",
	"frontend.namespaceRPS.visibility=1000",
	"matching.rps=20000",
	"history.rps=20000",
	// A dashboard asks a busy workflow several questions at once; the default buffers one.
	"history.MaxBufferedQueryCount=20",
	// A series that is cancelled and started again within a second is no runaway loop.
	`history.workflowIdReuseMinimalInterval="0s"`,
}
