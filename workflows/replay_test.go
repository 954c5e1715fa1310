package workflows_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"github.com/backsight/backsight/workflows"
)

const fixtures = "testdata/replay"

// readable makes payloads JSON in the fixtures, not base64.
var readable = map[string]any{commonpb.EnablePayloadShorthandMetadataKey: true}

// replay runs a recorded history, given as text, with the current code.
func replay(t *testing.T, text string) error {
	t.Helper()
	var history historypb.History
	require.NoError(t, temporalproto.CustomJSONUnmarshalOptions{Metadata: readable}.Unmarshal([]byte(text), &history))
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{Interceptors: workflows.Interceptors()})
	require.NoError(t, err)
	workflows.Register(replayer)
	return replayer.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), &history)
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixtures, name))
	require.NoError(t, err)
	return string(text)
}

// After an upgrade, workers replay the workflows that are running. So the histories in
// testdata/replay, which were recorded from released code, must replay with the current code. Do
// not record them again to make this test pass: from the first release on, a change that breaks one
// must keep the old behaviour for workflows that are running. New scenarios get new files
// (record_test.go).
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(fixtures)
	require.NoError(t, err)
	types := map[string]int{}
	for _, file := range files {
		kind, _, _ := strings.Cut(strings.TrimSuffix(file.Name(), ".json"), "-")
		types[kind]++
		t.Run(file.Name(), func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replay(t, fixture(t, file.Name())))
		})
	}
	for _, kind := range []string{"series", "repository", "frame", "sync", "snapshots", "retention"} {
		require.NotZero(t, types[kind], "no recorded history of a %s workflow", kind)
	}
}

// A replay that cannot fail proves nothing: a history of another workflow must not pass.
func TestReplayNoticesAnotherWorkflow(t *testing.T) {
	t.Parallel()
	text := fixture(t, "repository-unfolded.json")
	changed := strings.ReplaceAll(text, `"name":"Pending"`, `"name":"RangeTally"`)
	require.NotEqual(t, text, changed)
	require.ErrorContains(t, replay(t, changed), "nondeterministic")
}

// No change has broken a recorded history so far, so the workflows contain no old code path. The
// first change that breaks one removes this test.
func TestNoOldCodePaths(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"*.go", "machine/*.go", "contract/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NotContains(t, string(text), "workflow."+"GetVersion", file)
		}
	}
}
