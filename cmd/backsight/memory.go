package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// What searches need of memory before the garbage collector has to hurry, in bytes: something for each, and something for all.
// The rest up to 512 MiB on two cores is for mapped pages of packs, which the runtime does not know of.
const (
	memoryForAll    = 256 << 20
	memoryForSearch = 64 << 20
)

// boundMemory keeps a process that runs some searches at a time (0: one for each core) from holding twice what it uses. It is a soft
// bound: a repository that really needs more gets it, at the cost of time. Whoever sets GOMEMLIMIT knows better.
func boundMemory(searches int) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	if searches <= 0 {
		searches = runtime.GOMAXPROCS(0)
	}
	debug.SetMemoryLimit(memoryForAll + int64(searches)*memoryForSearch)
}
