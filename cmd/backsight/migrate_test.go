package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testdb"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	url := testdb.NewURL(t)
	status, _, stderr := runCLI(t, "migrate", "up", "--database-url", url)
	require.Equal(t, exitDone, status, stderr)
	status, stdout, _ := runCLI(t, "migrate", "status", "--database-url", url, "--json")
	require.Equal(t, exitDone, status)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	last := int64(0)
	for _, line := range lines {
		var m struct {
			Version   int64
			Name      string
			AppliedAt *time.Time
		}
		require.NoError(t, json.Unmarshal([]byte(line), &m))
		require.Greater(t, m.Version, last)
		last = m.Version
		require.NotNil(t, m.AppliedAt, m.Name)
	}
	_, stdout, _ = runCLI(t, "migrate", "status", "--database-url", url)
	require.Contains(t, stdout, "repositories")

	status, _, stderr = runCLI(t, "migrate", "up", "--database-url", "postgres://127.0.0.1:1/nothing")
	require.Equal(t, exitFailed, status)
	require.Contains(t, stderr, "127.0.0.1")
}
