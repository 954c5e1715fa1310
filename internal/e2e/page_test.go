package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPage uses the page in a real Chromium against the real stack: it creates an insight with the
// form, watches it fill, pauses and resumes it, and opens a point. The steps are in web/e2e; they
// also fail on console errors and accessibility violations.
//
// BACKSIGHT_SCREENSHOTS=DIR keeps the screenshots; docs/images is made from them.
func TestPage(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("../../web/dist/index.html"); err != nil {
		if _, err := exec.LookPath("npm"); err != nil {
			t.Skip("npm is not installed, so there is no page to visit")
		}
		require.FailNow(t, "the page is not built: run `make web`")
	}
	chromium, err := exec.Command("../../web/e2e/chromium.sh").Output()
	require.NoError(t, err)

	root := os.Getenv("BACKSIGHT_E2E_REPOS")
	if root == "" {
		root = writeRepositories(t, 30, 40)
	}
	s := newStack(t, root)
	s.start(t)
	args := []string{"e2e/main.mjs", "--base-url", s.url, "--chromium", strings.TrimSpace(string(chromium))}
	if dir := os.Getenv("BACKSIGHT_SCREENSHOTS"); dir != "" {
		dir, err = filepath.Abs(dir)
		require.NoError(t, err)
		args = append(args, "--screenshots", dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	visit := exec.CommandContext(ctx, "node", args...)
	visit.Dir = "../../web"
	out, err := visit.CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err)
}
