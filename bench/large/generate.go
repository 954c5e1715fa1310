package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// months is the number of commits of a generated repository, one per month.
const months = 12

// generate creates a bare repository in the folder `dir`, unless this folder exists. The function
// `stream` writes the input of git fast-import.
func generate(ctx context.Context, dir string, stream func(*bufio.Writer, *rand.Rand)) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part := dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := git(ctx, nil, "init", "--quiet", "--bare", "--initial-branch=main", part); err != nil {
		return err
	}
	from, to := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(to, 1<<16)
		stream(w, rand.New(rand.NewPCG(1, 2)))
		to.CloseWithError(w.Flush()) // if the flush fails, git fails too
	}()
	err := git(ctx, from, "-C", part, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet")
	if err = errors.Join(err, from.Close()); err != nil {
		return err
	}
	return os.Rename(part, dir)
}

func git(ctx context.Context, stdin io.Reader, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	cmd.Stdin = stdin
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %v: %w: %s", args, err, out)
	}
	return nil
}

// commit writes the header of a month's commit. The last commit has the time of the first day of
// this month.
func commit(w *bufio.Writer, month int) {
	now := time.Now().UTC()
	at := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, month-months+1, 0)
	fmt.Fprintf(w, "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 1\nc\n", at.Unix())
}

// manyFiles returns a stream for generate: n files of a few hundred bytes, 20 files in a folder.
// About one percent of the files change each month.
func manyFiles(n int) func(*bufio.Writer, *rand.Rand) {
	return func(w *bufio.Writer, random *rand.Rand) {
		put := func(i int) {
			content := source(random, 5+random.IntN(30))
			fmt.Fprintf(w, "M 100644 inline part%02d/service%03d/module%d/file%02d.go\ndata %d\n%s\n", i/20_000, i/200%100, i/20%10, i%20, len(content), content)
		}
		for month := range months {
			commit(w, month)
			if month == 0 {
				for i := range n {
					put(i)
				}
				continue
			}
			for range n / 100 {
				put(random.IntN(n))
			}
		}
	}
}

// largeBlobs returns a stream for generate: about `size` bytes of blobs of 1 to 64 MiB. Half of the
// bytes are incompressible texts; the others are versions of source text that differ in some lines.
func largeBlobs(size int64) func(*bufio.Writer, *rand.Rand) {
	return func(w *bufio.Writer, random *rand.Rand) {
		sizes := []int{64 << 20, 32 << 20, 16 << 20, 8 << 20, 4 << 20, 2 << 20, 1 << 20}
		written := int64(0)
		for month := range months {
			commit(w, month)
			for k := 0; written < size/2*int64(month+1)/months; k++ {
				n := sizes[(month+k)%len(sizes)]
				written += int64(n)
				fmt.Fprintf(w, "M 100644 inline noise/%d-%d.txt\ndata %d\n", month, k, n)
				noise(w, random, n)
			}
			// Each month writes its share of the versions. The same seed gives the same lines,
			// except for those that change.
			share := size / 2 / months
			for k := 0; share > 0; k++ {
				n := min(int64(sizes[(k+2)%len(sizes)]), max(share, 1<<20))
				share -= n
				content := source(rand.New(rand.NewPCG(uint64(k), 3)), int(n/35))
				for range 20 {
					copy(content[random.IntN(len(content)-40):], "// TODO changed this month")
				}
				fmt.Fprintf(w, "M 100644 inline text/%d.go\ndata %d\n%s\n", k, len(content), content)
			}
		}
	}
}

// noise writes n bytes other than NUL, and a line feed.
func noise(w *bufio.Writer, random *rand.Rand, n int) {
	for range n {
		w.WriteByte(byte(1 + random.IntN(255)))
	}
	w.WriteByte('\n')
}

// source returns lines that look like a program, of about 35 bytes each.
func source(random *rand.Rand, lines int) []byte {
	b := make([]byte, 0, 36*lines)
	for line := range lines {
		if random.IntN(40) == 0 {
			b = append(b, "\t// TODO mend this\n"...)
		}
		b = fmt.Appendf(b, "\tvalue%d := compute(%d, %d)\n", line, random.IntN(1000), random.IntN(1000))
	}
	return b
}

func repositoryNamed(dir, name string, size int64) string {
	return filepath.Join(dir, fmt.Sprintf("%s-%d.git", name, size))
}
