package devstack

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// processOwner returns the uid that a process runs as.
func processOwner(t *testing.T, pid int) uint32 {
	t.Helper()
	out, err := exec.Command("ps", "-o", "uid=", "-p", strconv.Itoa(pid)).Output()
	require.NoError(t, err)
	uid, err := strconv.ParseUint(strings.TrimSpace(string(out)), 10, 32)
	require.NoError(t, err)
	return uint32(uid)
}
