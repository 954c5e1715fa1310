package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// What searches need of memory before the garbage collector has to hurry, in bytes: something for each, and something for all.
// The rest up to 512 MiB on two cores is for mapped pages of packs, which the runtime does not know of.
const (
	memoryForAll    = 192 << 20
	memoryForSearch = 64 << 20
)

// collectLate makes the garbage collector run once the heap is five times what is in use, within what boundMemory says, instead of twice: a
// tenth of the CPU time of a short search. Whoever sets GOGC knows better.
func collectLate() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

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
