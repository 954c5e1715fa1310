package inflate

import (
	"bytes"
	"hash/adler32"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAdler_EqualsTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, adlerBytes - 1, adlerBytes, adlerReduce - 1, adlerReduce, 3*adlerReduce + 7} {
		for _, fill := range []byte{0, 1, 0xff} { // 0xff gives the largest sums
			data := bytes.Repeat([]byte{fill}, size)
			require.Equal(t, adler32.Checksum(data), adler(data), "%d times %#x", size, fill)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 0, 5*adlerBytes).Draw(t, "data")
		if adler(data) != adler32.Checksum(data) {
			t.Fatalf("%x, expected %x", adler(data), adler32.Checksum(data))
		}
	})
}

func BenchmarkAdler(b *testing.B) {
	data := bytes.Repeat([]byte("some text of a file\n"), 5000)
	for name, of := range map[string]func([]byte) uint32{"own": adler, "standard library": adler32.Checksum} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				of(data)
			}
		})
	}
}
