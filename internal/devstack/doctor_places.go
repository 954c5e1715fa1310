package devstack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func examineDataDir(o Options) Finding {
	f := Finding{Name: "data directory", Path: o.DataDir, Why: "--data, BACKSIGHT_DATA, or the default for this account"}
	const mend = "choose another with --data or BACKSIGHT_DATA"
	a, err := postgresAccount(filepath.Join(o.DataDir, "postgres"))
	if err == nil {
		err = a.reach(o.DataDir)
	}
	if err != nil {
		return f.wrong(err, mend)
	}
	if _, err := os.Stat(o.DataDir); err != nil {
		f.Why += "; the first start makes it"
		for at := filepath.Dir(o.DataDir); ; at = filepath.Dir(at) {
			if _, err := os.Stat(at); err == nil {
				return f.writable(at, mend)
			}
		}
	}
	f = f.writable(o.DataDir, mend)
	if holder := lockHolder(o.DataDir, "stack"); holder != "" && f.Problem == "" {
		f.Why += "; in use by a running stack, " + holder
	}
	return f
}

// writable tries to make a file in dir, since neither mode bits nor mount options tell the whole truth.
func (f Finding) writable(dir, mend string) Finding {
	probe, err := os.CreateTemp(dir, ".write-probe-")
	if err != nil {
		return f.wrong(err, mend)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return f.wrong(err, mend)
	}
	return f
}

// examinePorts tells which ports the next start would use, or the running stack does.
func examinePorts(o Options) []Finding {
	remembered, err := readPorts(portsFile(o.DataDir))
	if err != nil {
		return []Finding{Finding{Name: "ports"}.wrong(err, "remove the file")}
	}
	running := lockHolder(o.DataDir, "temporal")
	return []Finding{
		examinePort("temporal port", "Options.TemporalPort", o.TemporalPort, remembered.GRPC, temporalPort, running),
		examinePort("temporal ui port", "--temporal-ui-port", o.TemporalUIPort, remembered.UI, temporalUIPort, running),
	}
}

func examinePort(name, flag string, asked, remembered, usual int, running string) Finding {
	f := Finding{Name: name}
	port := asked
	switch {
	case asked != 0:
		f.Why = "asked for with " + flag
	case remembered != 0:
		port, f.Why = remembered, "used by the last start on this data directory"
	default:
		port, f.Why = usual, "Temporal's own default"
	}
	f.Path = fmt.Sprintf("127.0.0.1:%d", port)
	err := portFree(port)
	switch {
	case err == nil:
	case running != "" && port == remembered:
		f.Why += "; in use by the running stack, " + running
	case asked != 0:
		return f.wrong(fmt.Errorf("port %d cannot be used: %s", port, portTrouble(port, err)), "choose another with "+flag)
	default:
		f.Why += "; " + portTrouble(port, err) + ", so the next start takes another"
	}
	return f
}
