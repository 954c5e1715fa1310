package index

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestBlocks_RoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// A few different bytes, which compress, and all of them, which do not.
		kinds := rapid.SampledFrom([]int{1, 4, 256}).Draw(t, "kinds")
		seed := rapid.Uint32().Draw(t, "seed")
		data := make([]byte, rapid.SampledFrom([]int{0, 1, 100, blockSize - 1, blockSize, blockSize + 1, 3*blockSize + 7}).Draw(t, "size"))
		for i := range data {
			seed = seed*1664525 + 1013904223
			data[i] = byte(int(seed>>24) % kinds)
		}
		packed, table := packBlocks(data)
		if kinds == 4 && len(data) > 1000 && len(packed) > len(data)/2 {
			t.Fatalf("%d bytes are packed into %d", len(data), len(packed))
		}
		if len(packed) > len(data) {
			t.Fatalf("%d bytes are packed into %d", len(data), len(packed))
		}
		b, err := openBlocks(table, int64(len(packed)), func(offset, size int64) ([]byte, error) { return packed[offset : offset+size], nil })
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		from := rapid.IntRange(0, len(data)).Draw(t, "from")
		to := rapid.IntRange(from, len(data)).Draw(t, "to")
		part, err := b.part(int64(from), int64(to-from))
		if err != nil || !bytes.Equal(part, data[from:to]) {
			t.Fatalf("%d to %d: %v", from, to, err)
		}
		if _, err := b.part(int64(len(data)), 1); err == nil {
			t.Fatal("a part behind the end")
		}
	})
}
