package gitrepo

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHashSet_EqualsAMap(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var set HashSet
	numbers := map[Hash]int32{}
	for i := range 20_000 {
		var hash Hash
		binary.BigEndian.PutUint64(hash[:], random.Uint64N(5_000))
		want, old := numbers[hash]
		if !old {
			want = int32(len(numbers))
			numbers[hash] = want
		}
		n, known := set.Number(hash)
		require.Equal(t, old, known)
		require.Equal(t, want, n)
		require.Equal(t, hash, set.All[n])
		if i == 10_000 {
			set.Freeze()
		}
	}
	require.Len(t, set.All, len(numbers))
}
