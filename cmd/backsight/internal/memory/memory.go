// Package memory tunes the garbage collector for processes that search.
package memory

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// The memory that a process may use before the garbage collector has to work harder, in bytes: an
// amount for the process, and an amount for each search. On two cores they leave the rest of 512
// MiB to mapped pages of packs, which the runtime does not count.
const (
	forProcess = 192 << 20
	forSearch  = 64 << 20
)

// CollectLate makes the garbage collector run when the heap is five times as large as the data in
// use, instead of twice, or when the heap reaches the limit that Limit sets. It saves a tenth of
// the CPU time of a short search. It does nothing when GOGC is set.
func CollectLate() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// Limit sets a soft memory limit for a process that runs the given number of searches at a time (0:
// one for each core), so that the process does not hold twice the memory that it uses. A repository
// that needs more memory gets it, but its search takes longer. In a container or service whose
// memory is limited, the soft limit is at most 90 % of that limit, so that the garbage collector
// works harder before the kernel ends the process. Limit does nothing when GOMEMLIMIT is set.
func Limit(searches int) {
	if searches <= 0 {
		searches = runtime.GOMAXPROCS(0)
	}
	set(min(forProcess+int64(searches)*forSearch, ofCgroup()))
}

// LimitToCgroup does the same as Limit for a process that does not search: only the limit of its
// container or service counts.
func LimitToCgroup() { set(ofCgroup()) }

func set(limit int64) {
	if os.Getenv("GOMEMLIMIT") == "" && limit < math.MaxInt64 {
		debug.SetMemoryLimit(limit)
	}
}

// ofCgroup returns 90 % of the memory limit of the process's cgroup, in bytes, or math.MaxInt64 if
// it has none or cannot have one on this system.
func ofCgroup() int64 {
	limit, err := memlimit.FromCgroup()
	if err != nil || limit > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(limit / 10 * 9)
}
