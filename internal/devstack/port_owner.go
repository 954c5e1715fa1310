package devstack

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// portOwner names the process that listens on a TCP port, as "program (process 123)"; "" when it cannot be told, which
// is usual for another user's process.
func portOwner(port int) string {
	inodes := listeningInodes(port)
	if inodes == nil {
		return portOwnerByLsof(port)
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the only error is a bad pattern
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || !inodes[target] {
			continue
		}
		pid := strings.Split(link, "/")[2]
		name, err := os.ReadFile(filepath.Join("/proc", pid, "comm"))
		if err != nil {
			continue
		}
		return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), pid)
	}
	return ""
}

// listensOn reports whether process pid itself listens on a TCP port. An answer from the port does not prove it: another
// Temporal may have taken the port a moment earlier, and its data would pass for ours.
func listensOn(pid, port int) bool {
	inodes := listeningInodes(port)
	if inodes == nil {
		out, err := exec.Command("lsof", "-nP", "-a", "-p", strconv.Itoa(pid), "-iTCP:"+strconv.Itoa(port), "-sTCP:LISTEN", "-Fp").Output()
		return err == nil && len(out) > 0
	}
	links, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "fd", "*")) // the only error is a bad pattern
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && inodes[target] {
			return true
		}
	}
	return false
}

// listeningInodes returns the sockets that listen on a port, as /proc/PID/fd names them; nil where there is no /proc/net.
func listeningInodes(port int) map[string]bool {
	const listening = "0A" // TCP_LISTEN
	var inodes map[string]bool
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		if inodes == nil {
			inodes = map[string]bool{}
		}
		suffix := fmt.Sprintf(":%04X", port)
		for lines := bufio.NewScanner(file); lines.Scan(); {
			// sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …
			if f := strings.Fields(lines.Text()); len(f) > 9 && strings.HasSuffix(f[1], suffix) && f[3] == listening {
				inodes["socket:["+f[9]+"]"] = true
			}
		}
		_ = file.Close() // only read
	}
	return inodes
}

func portOwnerByLsof(port int) string {
	out, err := exec.Command("lsof", "-nP", "-iTCP:"+strconv.Itoa(port), "-sTCP:LISTEN", "-Fpc").Output()
	if err != nil {
		return ""
	}
	var pid, name string
	for _, line := range strings.Split(string(out), "\n") { // "p123", "cname"
		switch {
		case strings.HasPrefix(line, "p") && pid == "":
			pid = line[1:]
		case strings.HasPrefix(line, "c") && name == "":
			name = line[1:]
		}
	}
	if pid == "" {
		return ""
	}
	return fmt.Sprintf("%s (process %s)", name, pid)
}
