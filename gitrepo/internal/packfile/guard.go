package packfile

import (
	"errors"
	"runtime/debug"
)

// errVanished says that a mapped file shrank, or could not be read from its disk.
var errVanished = errors.New("the pack could not be read: it was cut off, or its disk failed")

// guard calls f and turns a fault of reading mapped memory into errVanished; without it the process would end.
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
