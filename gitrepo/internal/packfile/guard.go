package packfile

import (
	"errors"
	"runtime/debug"
)

// errVanished means that a mapped file shrank or could not be read from its disk.
var errVanished = errors.New("the pack could not be read: it was truncated, or its disk failed")

// guard calls f and returns its error. It returns errVanished when f cannot read mapped memory;
// without guard, this fault would end the process.
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
