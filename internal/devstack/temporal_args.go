package devstack

import "strconv"

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
	return args
}

// dynamicConfig fits the server to one machine with one user.
var dynamicConfig = []string{
	"frontend.enableServerVersionCheck=false", // calls nobody
	// One partition: no forwarding between partitions, so tasks are matched at once and queue rate limits are exact.
	"matching.numTaskqueueReadPartitions=1",
	"matching.numTaskqueueWritePartitions=1",
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
