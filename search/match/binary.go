package match

import "bytes"

// binaryPrefix is how far git looks for a NUL byte.
const binaryPrefix = 8000

// IsBinary reports whether git would take content for binary: it has a NUL in its
// first 8000 bytes. No pattern matches binary content.
func IsBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), binaryPrefix)], 0) >= 0
}
