package insights

// shardBlock is the number of repositories with neighbouring ids that share a shard. Small
// neighbours can then be searched in one batch.
const shardBlock = 16

// ShardOf returns the shard of a repository, from 0 to shards-1. It depends only on the id and the
// number of shards, so requests for a repository's mirror always go to the same workers. With fewer
// than two shards it returns 0.
func ShardOf(repository int64, shards int) int {
	if shards < 2 {
		return 0
	}
	// The finalizer of splitmix64 scatters neighbouring blocks over the shards.
	x := uint64(repository/shardBlock) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return int(x % uint64(shards))
}
