package history

import (
	"slices"
	"sync"

	"github.com/backsight/backsight/search/match"
)

// A pair is the blobs of a file before and after a change. A blob is -1 if there is no file.
type pair struct {
	before, after int32
	lines         match.ChangedLines
	known         bool // lines is set
}

// pairs compares the two contents of each pair, in whichever order they are read. Of each content,
// it keeps the lines that match the query until the other contents of its pairs have been read. If
// matching lines are dense (see denseLines), it holds the contents themselves, because comparing
// two contents only costs as much as their difference. If the held contents exceed the budget, it
// replaces the oldest with their matching lines.
type pairs struct {
	matcher *match.Matcher
	budget  int // in bytes, for each worker

	all  map[[2]int32]*pair
	of   map[int32][]*pair // by blob
	held []*held           // by worker

	mu    sync.Mutex // guards the fields below, and lines and known of all pairs
	open  map[int32]int
	texts map[int32]*match.Text // of blobs that are no longer held and have open pairs
}

// heldBytes is the budget of each worker for contents: three times the largeObject of package
// packfile. A content of more than a quarter of it is not held, so there is room for two versions
// of a file.
const heldBytes = 24 << 20

func newPairs(m *match.Matcher, workers, budget int) *pairs {
	p := &pairs{matcher: m, budget: budget, all: map[[2]int32]*pair{}, of: map[int32][]*pair{}, open: map[int32]int{}, texts: map[int32]*match.Text{}}
	for range workers {
		p.held = append(p.held, &held{contents: map[int32][]byte{}})
	}
	return p
}

// add returns the pair of two blobs. isNew is true if there was no such pair; then its blobs must
// be read.
func (p *pairs) add(before, after int32) (one *pair, isNew bool) {
	key := [2]int32{before, after}
	if one = p.all[key]; one != nil {
		return one, false
	}
	one = &pair{before: before, after: after}
	p.all[key] = one
	for _, blob := range key {
		if blob >= 0 {
			p.of[blob] = append(p.of[blob], one)
			p.open[blob]++
		}
	}
	return one, true
}

// take compares a content that the worker has read with the held contents of the same pairs. If
// other pairs of the blob are open, take holds a copy of the content, or keeps its matching lines.
func (p *pairs) take(worker int, blob int32, content []byte) {
	h := p.held[worker]
	for _, one := range p.of[blob] {
		other := one.before + one.after - blob
		partner, here := h.contents[other]
		if other >= 0 && !here {
			continue
		}
		before, after := partner, content
		if one.before == blob {
			before, after = content, partner
		}
		p.set(one, p.matcher.ChangedLines(before, after))
		if here && !p.isOpen(other) {
			h.drop(other)
		}
	}
	switch {
	case !p.isOpen(blob):
	case !h.dense() || len(content) > p.budget/4 || match.IsBinary(content):
		p.keep(blob, h.text(p.matcher, content))
	default:
		h.hold(blob, content)
		for h.bytes > p.budget {
			p.release(h, h.order[0])
		}
	}
}

// release keeps the matching lines of a held content instead of the content.
func (p *pairs) release(h *held, blob int32) {
	if p.isOpen(blob) {
		p.keep(blob, h.text(p.matcher, h.contents[blob]))
	}
	h.drop(blob)
}

// keep compares a text with the kept texts of the same pairs. If other pairs of the blob are open,
// it keeps the text.
func (p *pairs) keep(blob int32, text *match.Text) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.texts[blob] = text
	for _, one := range p.of[blob] {
		if one.known {
			continue
		}
		before, after := p.texts[one.before], p.texts[one.after]
		if one.before >= 0 && before == nil || one.after >= 0 && after == nil {
			continue
		}
		p.close(one, p.matcher.ChangedLinesOf(before, after))
	}
	if p.open[blob] == 0 {
		delete(p.texts, blob)
	}
}

// set records the result of a pair.
func (p *pairs) set(one *pair, lines match.ChangedLines) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !one.known {
		p.close(one, lines)
	}
}

func (p *pairs) close(one *pair, lines match.ChangedLines) {
	one.lines, one.known = lines, true
	for _, blob := range []int32{one.before, one.after} {
		if blob < 0 {
			continue
		}
		if p.open[blob]--; p.open[blob] == 0 {
			delete(p.texts, blob)
		}
	}
}

// isOpen reports whether a blob has a pair that has not been compared.
func (p *pairs) isOpen(blob int32) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open[blob] > 0
}

// finish compares the remaining pairs, except those with a blob that was not read. Then it forgets
// all pairs.
func (p *pairs) finish() {
	for _, h := range p.held {
		for len(h.order) > 0 {
			p.release(h, h.order[0])
		}
	}
	clear(p.all)
	clear(p.of)
	clear(p.open)
	clear(p.texts)
}

// held has contents that one worker has read.
type held struct {
	contents map[int32][]byte // by blob
	order    []int32          // the blobs, oldest first
	bytes    int
	free     [][]byte // buffers for reuse
	// the size of the contents whose matching lines were found, and the number of these lines
	searched, matching int
}

const freeBuffers = 8

// denseLines is the average distance of matching lines, in bytes, below which contents are held,
// because that is faster than finding and sorting so many lines. No measurement of this value is
// recorded. It affects only the speed.
const denseLines = 256

func (h *held) dense() bool { return h.matching*denseLines > h.searched }

func (h *held) text(m *match.Matcher, content []byte) *match.Text {
	text := m.Text(content)
	h.searched += len(content)
	h.matching += text.Lines()
	return text
}

// hold keeps a copy of a content.
func (h *held) hold(blob int32, content []byte) {
	var buffer []byte
	for i, b := range h.free {
		if cap(b) >= len(content) && cap(b) <= 2*len(content)+1<<12 {
			buffer = b[:0]
			h.free = slices.Delete(h.free, i, i+1)
			break
		}
	}
	if buffer == nil {
		buffer = make([]byte, 0, len(content)+len(content)/8)
	}
	h.contents[blob] = append(buffer, content...)
	h.order = append(h.order, blob)
	h.bytes += cap(h.contents[blob])
}

func (h *held) drop(blob int32) {
	content := h.contents[blob]
	h.bytes -= cap(content)
	delete(h.contents, blob)
	at := slices.Index(h.order, blob)
	h.order = slices.Delete(h.order, at, at+1)
	if len(h.free) < freeBuffers {
		h.free = append(h.free, content)
	}
}
