package devstack

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"github.com/backsight/backsight/insights"
)

// Random ports are below the range that systems use for outgoing connections (Linux: from 32768
// on). So no outgoing connection takes a port while its server is being restarted, and no client
// connects to itself.
const (
	lowestPort  = 20000
	highestPort = 32000
)

// localhost is the address of the servers that other programs may find.
var localhost = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// temporalPorts are the ports of a data directory's Temporal server. A file keeps them from one
// start to the next.
type temporalPorts struct {
	GRPC int `json:"grpc"`
	UI   int `json:"ui"` // of our proxy; see ui.go
}

func portsFile(dataDir string) string { return filepath.Join(dataDir, "temporal", "ports.json") }

func readPorts(path string) (temporalPorts, error) {
	var p temporalPorts
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return p, insights.Errorf(insights.Invalid, "saved ports %s: %w; remove the file", path, err)
	}
	return p, nil
}

func (p temporalPorts) write(path string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// checkPort returns an error when the port that a flag gives cannot be used.
func checkPort(what, flag string, port int) error {
	if port < 0 || port > 65535 {
		return insights.Errorf(insights.Invalid, "%s: %d is not a port; choose one from 1 to 65535 with %s", what, port, flag)
	}
	if err := portFree(port); err != nil {
		return insights.Errorf(insights.Conflict, "%s: port %d cannot be used: %s; choose another with %s", what, port, portProblem(port, err), flag)
	}
	return nil
}

// openPort listens on the first preferred port of 127.0.0.1 that is free, else on a random free
// port. It uses no port that is in `avoid`.
func openPort(what string, preferred []int, avoid ...int) (net.Listener, error) {
	return openPortOf(localhost, what, preferred, avoid...)
}

// openPortOf does the same as openPort for another loopback address.
func openPortOf(host netip.Addr, what string, preferred []int, avoid ...int) (net.Listener, error) {
	for _, port := range preferred {
		if port == 0 || slices.Contains(avoid, port) {
			continue
		}
		if listener, err := listenOn(host, port); err == nil {
			return listener, nil
		}
	}
	for range 200 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if slices.Contains(avoid, port) {
			continue
		}
		if listener, err := listenOn(host, port); err == nil {
			return listener, nil
		}
	}
	return nil, insights.Errorf(insights.Unavailable, "%s: none of 200 random ports of %s between %d and %d is free; end a program that uses many of them", what, host, lowestPort, highestPort)
}

// choosePort returns the port on which openPort would listen.
func choosePort(what string, preferred []int, avoid ...int) (int, error) {
	listener, err := openPort(what, preferred, avoid...)
	if err != nil {
		return 0, err
	}
	return portOf(listener), listener.Close()
}

func listenOn(host netip.Addr, port int) (net.Listener, error) {
	return net.Listen("tcp4", netip.AddrPortFrom(host, uint16(port)).String())
}

func portOf(listener net.Listener) int { return listener.Addr().(*net.TCPAddr).Port }

// portFree returns nil when a server can listen on the port of 127.0.0.1.
func portFree(port int) error {
	l, err := listenOn(localhost, port)
	if err != nil {
		return err
	}
	return l.Close()
}

func portProblem(port int, err error) string {
	if owner := portOwner(port); owner != "" {
		return "it is used by " + owner
	}
	return err.Error()
}
