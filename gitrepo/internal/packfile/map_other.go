//go:build !unix

package packfile

import "os"

// mapFile reads the whole file, because this system cannot map it.
func mapFile(path string) ([]byte, error) { return os.ReadFile(path) }

func unmapFile([]byte) {}
