//go:build !unix

package packfile

import "os"

// openContent reads the whole file, because this package maps files only on Unix.
func openContent(path string) (content, error) {
	bytes, err := os.ReadFile(path)
	return content{bytes: bytes}, err
}

func (content) close() {}
