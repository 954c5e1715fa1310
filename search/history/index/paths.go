package index

import (
	"encoding/binary"
	"strings"
)

// pathsPerBlock is how many paths are in a block. To look up a path, pathTable.at reads its block
// from the start.
const pathsPerBlock = 16

// encodePaths writes sorted paths: for each, the number of bytes that it shares with the previous
// one, and the other bytes. Each block of pathsPerBlock starts with a complete path. The offsets of
// the blocks come first.
func encodePaths(sorted []string) []byte {
	var offsets, body []byte
	last := ""
	for i, p := range sorted {
		if i%pathsPerBlock == 0 {
			offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(body)))
			last = ""
		}
		shared := 0
		for shared < min(len(last), len(p)) && last[shared] == p[shared] {
			shared++
		}
		body = binary.AppendUvarint(body, uint64(shared))
		body = binary.AppendUvarint(body, uint64(len(p)-shared))
		body = append(body, p[shared:]...)
		last = p
	}
	return append(offsets, body...)
}

// pathTable is the paths section.
type pathTable struct {
	offsets, body []byte
	n             int
}

func decodePaths(data []byte, n int) (pathTable, bool) {
	blocks := 4 * ((n + pathsPerBlock - 1) / pathsPerBlock)
	if len(data) < blocks {
		return pathTable{}, false
	}
	return pathTable{data[:blocks], data[blocks:], n}, true
}

// at returns path i. It returns false if i is out of range or the data is malformed.
func (t pathTable) at(i int) (string, bool) {
	if i < 0 || i >= t.n {
		return "", false
	}
	offset := binary.LittleEndian.Uint32(t.offsets[i/pathsPerBlock*4:])
	if uint64(offset) > uint64(len(t.body)) {
		return "", false
	}
	d := decoder{data: t.body[offset:]}
	var path []byte
	for range i%pathsPerBlock + 1 {
		shared := d.int()
		rest := d.take(d.int())
		if d.failed || shared > len(path) {
			return "", false
		}
		path = append(path[:shared], rest...)
	}
	return string(path), true
}

// named returns the paths whose last name is `base`. ok is false if the data is malformed.
func (t pathTable) named(base string) (found []NamedPath, ok bool) {
	d := decoder{data: t.body}
	for i := range t.n {
		shared := d.int()
		rest := d.take(d.int())
		if d.failed {
			return nil, false
		}
		// Most paths do not end with `base`. The name can begin in the part that is shared with the
		// previous path.
		if n := min(len(rest), len(base)); string(rest[len(rest)-n:]) != base[len(base)-n:] || len(rest)+shared < len(base) {
			continue
		}
		name, ok := t.at(i)
		if !ok {
			return nil, false
		}
		if name == base || strings.HasSuffix(name, "/"+base) {
			found = append(found, NamedPath{i, name})
		}
	}
	return found, d.ended()
}

// all returns all paths in order. It returns false if the data is malformed.
func (t pathTable) all() ([]string, bool) {
	d := decoder{data: t.body}
	paths := make([]string, 0, t.n)
	var path []byte
	for range t.n {
		shared := d.int()
		rest := d.take(d.int())
		if d.failed || shared > len(path) {
			return nil, false
		}
		path = append(path[:shared], rest...)
		paths = append(paths, string(path))
	}
	return paths, d.ended()
}
