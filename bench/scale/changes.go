package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// everyNth says that one in this number of repositories changes: 20 means 5 %.
const everyNth = 20

// change adds a commit to 5 % of the generated repositories. The function `undo` resets their
// branches, so that the next run starts from the same state. Callers must call it unless it is nil,
// even after an error.
func change(ctx context.Context, root string, n int) (changed int, undo func() error, err error) {
	var dirs []string
	for i := 0; i < n; i += everyNth {
		dirs = append(dirs, repositoryDir(root, i))
	}
	before := make([][]byte, len(dirs))
	for i, dir := range dirs {
		if before[i], err = os.ReadFile(branchOf(dir)); err != nil {
			return 0, nil, err
		}
	}
	undo = func() error {
		for i, dir := range dirs {
			if err := replace(branchOf(dir), before[i]); err != nil {
				return err
			}
		}
		return nil
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, dir := range dirs {
		group.Go(func() error { return commitTo(groupCtx, dir, strings.TrimSpace(string(before[i]))) })
	}
	return len(dirs), undo, group.Wait()
}

func branchOf(dir string) string { return filepath.Join(dir, "refs", "heads", "main") }

func commitTo(ctx context.Context, dir, tip string) error {
	const text = "\t// TODO and one more\n"
	cmd := exec.CommandContext(ctx, "git", "-C", dir, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	cmd.Stdin = strings.NewReader(fmt.Sprintf("commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nc\nfrom %s\nM 100644 inline src/new.go\ndata %d\n%s\n",
		time.Now().Unix(), tip, len(text), text))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("commit to %s: %w: %s", dir, err, out)
	}
	return nil
}

// replace writes a new file and renames it, as git does, because the files may be hard links to
// those of other repositories.
func replace(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
