package match

import "bytes"

// binaryPrefix is how many bytes git searches for a NUL byte.
const binaryPrefix = 8000

// IsBinary reports whether git would treat content as binary: it has a NUL byte in its first 8000
// bytes. No pattern matches binary content.
func IsBinary(content []byte) bool {
	return bytes.IndexByte(content[:min(len(content), binaryPrefix)], 0) >= 0
}
