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

// A person's visit in a real Chromium against the real stack: create by the form, watch it fill, pause, resume, open a point. The
// visit itself is web/e2e; it fails on console errors and accessibility violations too.
//
// BACKSIGHT_SCREENSHOTS=DIR keeps its screenshots, which is how docs/images are made.
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
