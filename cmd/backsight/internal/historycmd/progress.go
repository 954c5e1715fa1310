package historycmd

import (
	"fmt"
	"io"
	"sync"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/search/history"
)

// progress redraws one line on a terminal. It prints nothing elsewhere. Safe for concurrent use.
type progress struct {
	w     io.Writer // nil: not a terminal
	total int

	mu       sync.Mutex
	finished int
	drawn    bool
}

func newProgress(stderr io.Writer, total int) *progress {
	p := &progress{total: total}
	if output.IsTerminal(stderr) {
		p.w = stderr
	}
	return p
}

// show draws the progress of a repository.
func (p *progress) show(label string, at history.Progress) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	what := "listing files"
	if at.BlobsTotal > 0 {
		what = fmt.Sprintf("%d of %s", at.BlobsDone, output.Count(at.BlobsTotal, "file", "files"))
	}
	output.Printf(p.w, "\r\x1b[K%d of %s; %s: %s, %d MB", p.finished, output.Count(p.total, "repository", "repositories"), label, what, at.BytesRead>>20)
	p.drawn = true
}

// done counts a finished repository.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
}

// clear removes the line.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = false
	}
}
