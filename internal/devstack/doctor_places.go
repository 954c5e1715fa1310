package devstack

import (
	"fmt"
	"os"
	"path/filepath"
)

func examineDataDir(o Options) Finding {
	f := Finding{Name: "data directory", Path: o.DataDir, Why: "--data, BACKSIGHT_DATA, or the default for this account"}
	if err := checkPath(o.DataDir); err != nil {
		return f.wrong(err, advice)
	}
	a, err := postgresAccount(filepath.Join(o.DataDir, "postgres"))
	if err == nil {
		err = a.reach(o.DataDir)
	}
	if err != nil {
		return f.wrong(err, advice)
	}
	if _, err := os.Stat(o.DataDir); err != nil {
		f.Why += "; the first start creates it"
		for at := filepath.Dir(o.DataDir); ; at = filepath.Dir(at) {
			if _, err := os.Stat(at); err == nil {
				return f.writable(at)
			}
		}
	}
	f = f.writable(o.DataDir)
	if holder := lockHolder(o.DataDir, "stack"); holder != "" && f.Problem == "" {
		f.Why += "; in use by a running stack, " + holder
	}
	return f
}

func (f Finding) writable(dir string) Finding {
	if err := checkWritable(dir); err != nil {
		return f.wrong(err, advice)
	}
	return f
}

// examinePorts reports which ports the running stack uses, or the next start would use.
func examinePorts(o Options) []Finding {
	saved, err := readPorts(portsFile(o.DataDir))
	if err != nil {
		return []Finding{Finding{Name: "ports"}.wrong(err, "remove the file")}
	}
	running := lockHolder(o.DataDir, "temporal")
	return []Finding{
		examinePort("temporal port", "", 0, saved.GRPC, temporalPort, running),
		examinePort("temporal ui port", "--temporal-ui-port", o.TemporalUIPort, saved.UI, temporalUIPort, running),
	}
}

// examinePort reports on one port. `requested` is the port that the flag gives, or 0. `saved` is
// the port of the last start, or 0. `running` names the process of a running stack, or is "".
func examinePort(name, flag string, requested, saved, usual int, running string) Finding {
	f := Finding{Name: name}
	port := requested
	switch {
	case requested != 0:
		f.Why = "requested with " + flag
	case saved != 0:
		port, f.Why = saved, "used by the last start on this data directory"
	default:
		port, f.Why = usual, "Temporal's default"
	}
	f.Path = fmt.Sprintf("127.0.0.1:%d", port)
	err := portFree(port)
	switch {
	case err == nil:
	case running != "" && port == saved:
		f.Why += "; in use by the running stack, " + running
	case requested != 0:
		return f.wrong(fmt.Errorf("port %d cannot be used: %s", port, portProblem(port, err)), "choose another with "+flag)
	default:
		f.Why += "; " + portProblem(port, err) + ", so the next start uses another"
	}
	return f
}
