package devstack

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/backsight/backsight/insights"
)

// Ports that we choose lie below the range from which systems serve outgoing connections (Linux: 32768 on), so that no
// connection takes one while its server is being started again, and no client connects to itself.
const (
	lowestPort  = 20000
	highestPort = 32000
)

// temporalPorts are the ports of a data directory's Temporal server, remembered in a file from start to start.
type temporalPorts struct {
	GRPC int `json:"grpc"`
	UI   int `json:"ui"`
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
		return p, insights.Errorf(insights.Invalid, "remembered ports %s: %w; remove the file", path, err)
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

// choosePort returns the port that was asked for, or the first wish that is free, or any free port but those in avoid.
func choosePort(what, flag string, asked int, wishes []int, avoid ...int) (int, error) {
	if asked != 0 {
		if asked < 0 || asked > 65535 {
			return 0, insights.Errorf(insights.Invalid, "%s: %d is no port; choose one from 1 to 65535 with %s", what, asked, flag)
		}
		if err := portFree(asked); err != nil {
			return 0, insights.Errorf(insights.Conflict, "%s: port %d cannot be used: %s; choose another with %s", what, asked, portTrouble(asked, err), flag)
		}
		return asked, nil
	}
	taken := func(port int) bool {
		for _, a := range avoid {
			if a == port {
				return true
			}
		}
		return portFree(port) != nil
	}
	for _, wish := range wishes {
		if wish != 0 && !taken(wish) {
			return wish, nil
		}
	}
	for range 200 {
		if port := lowestPort + rand.IntN(highestPort-lowestPort); !taken(port) {
			return port, nil
		}
	}
	return 0, insights.Errorf(insights.Unavailable, "%s: no free port from %d to %d; name one with %s", what, lowestPort, highestPort, flag)
}

// portFree tries the port on the loopback address, where the servers listen.
func portFree(port int) error {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return l.Close()
}

func portTrouble(port int, err error) string {
	if owner := portOwner(port); owner != "" {
		return "it is used by " + owner
	}
	return err.Error()
}
