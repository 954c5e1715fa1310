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

// portOwner returns the process that listens on a TCP port, in the form "program (process 123)". It
// returns "" when the process is unknown, which is usual for a process of another user.
func portOwner(port int) string {
	inodes := listeningInodes(port)
	if inodes == nil {
		return portOwnerByLsof(port)
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // fails only for a malformed pattern
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

// listensOn reports whether process `pid` itself listens on a TCP port. It is not enough that the
// port answers: another Temporal server may have taken the port a moment earlier, and clients would
// then use the data of that server.
func listensOn(pid, port int) bool {
	inodes := listeningInodes(port)
	if inodes == nil {
		out, err := exec.Command("lsof", "-nP", "-a", "-p", strconv.Itoa(pid), "-iTCP:"+strconv.Itoa(port), "-sTCP:LISTEN", "-Fp").Output()
		return err == nil && len(out) > 0
	}
	// Glob fails only for a malformed pattern.
	links, _ := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "fd", "*"))
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && inodes[target] {
			return true
		}
	}
	return false
}

// listeningInodes returns the sockets that listen on a port, in the form of the link targets in
// /proc/PID/fd. It returns nil on a system without /proc/net.
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
