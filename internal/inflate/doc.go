// Package inflate decompresses zlib streams whose decompressed size is known beforehand, as it is for every object in a
// git pack and every block of a history index.
//
// Why not compress/flate: knowing the size means that the output is its own window, so there is no ring buffer, no
// io.Reader and no allocation; that, and wide table look-ups, make it nearly twice as fast on source text (see the benchmark
// here), and three quarters of a history search are spent here.
//
// Invariants: a nil error means that the output has exactly the expected size and the right checksum. Hostile input gives
// an error, never a panic and never a write outside of the output; the fuzz test holds it against compress/zlib.
//
// Non-goals: streaming, compressing, preset dictionaries.
//
// Read next: inflate.go, table.go.
package inflate
