package insights

// shardBlock is how many repositories with neighbouring ids share a shard, so that small ones can be searched together.
const shardBlock = 16

// ShardOf is the shard of a repository's id among so many, from 0 on. It depends on nothing else, so that a repository's mirror
// is always asked for on the same workers; less than two shards are one.
func ShardOf(repository int64, shards int) int {
	if shards < 2 {
		return 0
	}
	// The finalizer of splitmix64: blocks that are neighbours scatter.
	x := uint64(repository/shardBlock) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return int(x % uint64(shards))
}
