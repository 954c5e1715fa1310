package contract

import "fmt"

// Task queues. Each resource has its own, so that a limit on one kind of work does not delay the
// others.
const (
	// Queue carries the workflows, and the activities that use only Postgres.
	Queue = "backsight"
	// SearchQueue carries searches. They use CPU and disk; a worker has one slot per core by
	// default.
	SearchQueue = "backsight-search"
	// SyncQueue carries clones and fetches. They use the network.
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
