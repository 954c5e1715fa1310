package workflows_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"github.com/backsight/backsight/workflows"
)

const fixtures = "testdata/replay"

// Workflows that are running when a new version is installed are replayed with its code. So the histories in
// testdata/replay, which were recorded from code that was released, have to replay with the code of today. They are
// never recorded again to make this test pass: a change that breaks one needs workflow.GetVersion. New scenarios get new
// files (record_test.go).
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(fixtures, "*.json"))
	require.NoError(t, err)
	types := map[string]int{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		kind, _, _ := strings.Cut(name, "-")
		types[kind]++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replayer := worker.NewWorkflowReplayer()
			workflows.Register(replayer)
			quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(quiet, file))
		})
	}
	for _, kind := range []string{"series", "repository", "frame", "sync", "snapshots", "retention"} {
		require.NotZero(t, types[kind], "no recorded history of a %s workflow", kind)
	}
}

// A replay that cannot fail proves nothing: a history of another workflow must not pass.
func TestReplayNoticesAnotherWorkflow(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(fixtures, "repository-unfolded.json"))
	require.NoError(t, err)
	changed := strings.ReplaceAll(string(text), `"name": "Pending"`, `"name": "RangeTally"`)
	require.NotEqual(t, string(text), changed)
	file := filepath.Join(t.TempDir(), "changed.json")
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o600))
	replayer := worker.NewWorkflowReplayer()
	workflows.Register(replayer)
	err = replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), file)
	require.ErrorContains(t, err, "nondeterministic")
}
