package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// generate creates n small bare repositories below root, except those that exist. About a third of
// them have commits in the last year. The others have been unchanged for longer, like most
// repositories of a large installation. Within a month, the same n gives the same repositories.
func generate(ctx context.Context, root string, n int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i := range n {
		dir := repositoryDir(root, i)
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		group.Go(func() error { return generateOne(ctx, dir, rand.New(rand.NewPCG(1, uint64(i)))) })
	}
	return group.Wait()
}

func repositoryDir(root string, i int) string {
	return filepath.Join(root, fmt.Sprintf("team-%03d", i/100), fmt.Sprintf("service-%05d.git", i))
}

func generateOne(ctx context.Context, dir string, random *rand.Rand) error {
	part := dir + ".part"
	for _, folder := range []string{"objects/pack", "refs/heads"} {
		if err := os.MkdirAll(filepath.Join(part, folder), 0o755); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"HEAD": "ref: refs/heads/main\n", "config": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"} {
		if err := os.WriteFile(filepath.Join(part, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, "git", "-C", part, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet")
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	cmd.Stdin = history(random)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("generate %s: %w: %s", dir, err, out)
	}
	return os.Rename(part, dir)
}

// history returns input for git fast-import: a commit that adds at most 20 files, then a few
// commits that add or change up to two files each.
func history(random *rand.Rand) *bytes.Buffer {
	var stream bytes.Buffer
	// The first of this month makes runs within a month comparable.
	now := time.Now().UTC()
	end := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	when := end.AddDate(-4, 0, -random.IntN(300))
	commits := 1 + random.IntN(6)
	var recent []time.Time
	if random.IntN(3) == 0 {
		for range 1 + random.IntN(6) {
			recent = append(recent, end.AddDate(0, 0, -random.IntN(330)))
		}
	}
	commit := func(at time.Time, files int) {
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nc\n", at.Unix())
		for range files {
			content := source(random)
			fmt.Fprintf(&stream, "M 100644 inline src/file%02d.go\ndata %d\n%s\n", random.IntN(20), len(content), content)
		}
	}
	commit(when, 20)
	for range commits {
		when = when.AddDate(0, 0, 1+random.IntN(60))
		commit(when, 2)
	}
	for _, at := range recent {
		commit(at, 2)
	}
	return &stream
}

func source(random *rand.Rand) []byte {
	var b bytes.Buffer
	for line := range 20 + random.IntN(100) {
		if random.IntN(40) == 0 {
			b.WriteString("\t// TODO mend this\n")
		}
		fmt.Fprintf(&b, "\tvalue%d := compute(%d, %d)\n", line, random.IntN(1000), random.IntN(1000))
	}
	return b.Bytes()
}
