package packfile

import (
	"errors"
	"runtime/debug"
)

// errVanished means that a mapped file shrank or could not be read from its disk.
var errVanished = errors.New("the pack could not be read: it was truncated, or its disk failed")

// guard calls f. A fault in reading mapped memory, which would otherwise end the process, becomes
// errVanished.
func guard(f func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(interface{ Addr() uintptr }); !ok {
				panic(p)
			}
			err = errVanished
		}
	}()
	return f()
}
