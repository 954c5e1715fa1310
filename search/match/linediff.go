package match

import (
	"hash/maphash"
	"sync"
)

// A lineDiff counts the lines of two texts. It must be used by one goroutine.
type lineDiff struct {
	texts [2][]byte
	lines []countedLine
	slots []int32 // a hash table: 1 + an index in lines; 0 is free
}

// A countedLine is a distinct line: texts[text][start:end].
type countedLine struct {
	hash       uint64
	text       int32
	start, end int32
	more       int32 // how much more often the second text has the line than the first one
}

// maxIdleLines limits the distinct lines of a lineDiff that is kept for reuse, and so its memory.
const maxIdleLines = 1 << 17

var lineDiffs = sync.Pool{New: func() any { return new(lineDiff) }}

// newLineDiff compares two texts, which must be in the form of the patterns. Callers must call
// close.
func newLineDiff(before, after []byte) *lineDiff {
	d := lineDiffs.Get().(*lineDiff)
	d.texts = [2][]byte{before, after}
	if len(d.slots) == 0 {
		d.slots = make([]int32, 1<<8)
	}
	d.add(0, -1)
	d.add(1, 1)
	return d
}

func (d *lineDiff) close() {
	d.texts = [2][]byte{}
	if len(d.lines) > maxIdleLines {
		return
	}
	clear(d.slots)
	d.lines = d.lines[:0]
	lineDiffs.Put(d)
}

// add adds n to the count of each line of a text.
func (d *lineDiff) add(number int32, n int32) {
	text := d.texts[number]
	for start := 0; start < len(text); {
		end := lineEnd(text, start)
		d.count(number, int32(start), int32(end), n)
		start = end + 1
	}
}

func (d *lineDiff) count(number, start, end, n int32) {
	if 2*len(d.lines) >= len(d.slots) {
		d.grow()
	}
	line := d.texts[number][start:end]
	hash := maphash.Bytes(lineSeeds[0], line)
	mask := uint64(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at] != 0; at = (at + 1) & mask {
		if l := &d.lines[d.slots[at]-1]; l.hash == hash && string(d.of(l)) == string(line) {
			l.more += n
			return
		}
	}
	d.lines = append(d.lines, countedLine{hash, number, start, end, n})
	d.slots[at] = int32(len(d.lines))
}

func (d *lineDiff) grow() {
	d.slots = make([]int32, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for i := range d.lines {
		at := d.lines[i].hash & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = int32(i + 1)
	}
}

func (d *lineDiff) of(l *countedLine) []byte { return d.texts[l.text][l.start:l.end] }

// changed reports whether a pattern matches a line that the second text has more often than the
// first one, and whether it matches a line that it has less often.
func (d *lineDiff) changed(has func(line []byte) bool) (added, removed bool) {
	for i := range d.lines {
		l := &d.lines[i]
		switch {
		case l.more == 0, l.more > 0 && added, l.more < 0 && removed:
		case !has(d.of(l)):
		case l.more > 0:
			added = true
		default:
			removed = true
		}
		if added && removed {
			break
		}
	}
	return added, removed
}
