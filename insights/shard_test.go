package insights_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestShards(t *testing.T) {
	t.Parallel()
	const repositories, shards = 36_000, 8
	count := make([]int, shards)
	for id := int64(1); id <= repositories; id++ {
		shard := insights.ShardOf(id, shards)
		count[shard]++
		require.Equal(t, shard, insights.ShardOf(id/16*16, shards), "neighbours share a shard")
		require.Zero(t, insights.ShardOf(id, 1))
		require.Zero(t, insights.ShardOf(id, 0))
	}
	for shard, n := range count {
		require.InDelta(t, repositories/shards, n, repositories/shards/3, "shard %d", shard)
	}
	// These numbers determine which workers have the mirror of a repository, so they must never
	// change.
	require.Equal(t, []int{7, 0, 2, 6}, []int{insights.ShardOf(1, 8), insights.ShardOf(100, 8), insights.ShardOf(1000, 8), insights.ShardOf(36_000, 8)})
}
