package contract

import "fmt"

// Task queues. Each kind of work has its own, so that a limit on one kind does not delay the
// others.
const (
	// Queue carries the workflows, and the activities that use mainly Postgres. Writing a plan also
	// fetches mirrors, and listing repositories for a sync reads local ones.
	Queue = "backsight"
	// SearchQueue carries searches. They use CPU and disk; a worker has one slot per core by
	// default.
	SearchQueue = "backsight-search"
	// SyncQueue carries clones, fetches and reads of local repositories. They use network and disk.
	SyncQueue = "backsight-sync"
)

// SearchQueueOf returns the queue of a shard's searches. Shard 0 uses SearchQueue.
func SearchQueueOf(shard int) string { return queueOf(SearchQueue, shard) }

// SyncQueueOf returns the queue of a shard's clones and fetches. Shard 0 uses SyncQueue.
func SyncQueueOf(shard int) string { return queueOf(SyncQueue, shard) }

func queueOf(kind string, shard int) string {
	if shard == 0 {
		return kind
	}
	return fmt.Sprintf("%s-%d", kind, shard)
}
