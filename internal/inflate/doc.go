// Package inflate decompresses zlib streams whose decompressed size is known beforehand: the
// objects in a git pack and the blocks of a history index.
//
// Because the size is known, this package is faster than compress/zlib and
// github.com/klauspost/compress, which take about 1.9 and 1.6 times the processor time on git
// objects (BenchmarkGitObjects, docs/decisions/018-inflate.md). The output serves as its own
// window, so there is no ring buffer, no io.Reader and no allocation. A history search spends about
// 70 % of its time in this package.
//
// Invariants: a nil error means that the output has exactly the expected size and the right
// checksum. Hostile input gives an error; it never causes a panic or a write outside of the output.
// A fuzz test compares the results with compress/zlib.
//
// Non-goals: streaming, compression, preset dictionaries.
//
// Read next: inflate.go, table.go.
package inflate
