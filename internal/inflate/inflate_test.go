package inflate

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// deflated compresses content at a level.
func deflated(t testing.TB, content []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// contents returns inputs for every case of the format: empty, stored, fixed codes, dynamic codes,
// the longest codes, long runs, far distances, several blocks.
func contents() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	skewed := make([]byte, 300_000) // frequencies that halve give the longest possible codes
	for i := range skewed {
		for random.Uint32()&1 == 0 && skewed[i] < 40 {
			skewed[i]++
		}
	}
	var text bytes.Buffer
	words := []string{"func ", "return ", "err ", "!= ", "nil ", "{\n\t", "}\n", "context.", "TODO", "\n"}
	for text.Len() < 400_000 {
		text.WriteString(words[random.IntN(len(words))])
		if random.IntN(20) == 0 {
			text.WriteByte(byte(random.Uint32()))
		}
	}
	far := append(append(bytes.Clone(noise[:300]), make([]byte, 32_000)...), noise[:300]...)
	return map[string][]byte{
		"empty": {}, "one": []byte("x"), "short": []byte("hello, hello, hello"), "run": bytes.Repeat([]byte("a"), 100_000),
		"period": bytes.Repeat([]byte("abc"), 1000), "noise": noise, "skewed": skewed, "text": text.Bytes(), "far": far,
	}
}

func TestZlib_ReturnsTheOriginal(t *testing.T) {
	t.Parallel()
	var d Decoder
	for name, content := range contents() {
		for _, level := range []int{zlib.HuffmanOnly, 0, 1, 6, 9} {
			stream := deflated(t, content, level)
			dst := make([]byte, len(content))
			n, err := d.Zlib(dst, append(bytes.Clone(stream), "what follows"...))
			require.NoError(t, err, "%s, level %d", name, level)
			require.Equal(t, len(stream), n)
			require.True(t, bytes.Equal(content, dst), "%s, level %d", name, level)
		}
	}
}

func TestZlib_RefusesDamage(t *testing.T) {
	t.Parallel()
	var d Decoder
	content := contents()["text"][:5000]
	stream := deflated(t, content, 6)
	dst := make([]byte, len(content))
	for i := range stream {
		_, err := d.Zlib(dst, stream[:i])
		require.Error(t, err, "truncated at %d", i)
		for _, bit := range []byte{1, 16, 128} {
			damaged := bytes.Clone(stream)
			damaged[i] ^= bit
			if _, err := d.Zlib(dst, damaged); err == nil {
				// The flipped bit has no effect on the content.
				require.Equal(t, content, dst, "byte %d", i)
			}
		}
	}
	_, err := d.Zlib(make([]byte, len(content)-1), stream)
	require.ErrorIs(t, err, errSize)
	_, err = d.Zlib(make([]byte, len(content)+1), stream)
	require.ErrorIs(t, err, errSize)
}

// FuzzZlib compares Zlib with compress/zlib on arbitrary bytes.
func FuzzZlib(f *testing.F) {
	for _, content := range contents() {
		for _, level := range []int{zlib.HuffmanOnly, 0, 6} {
			f.Add(deflated(f, content[:min(len(content), 2000)], level))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var want []byte
		reader, wantErr := zlib.NewReader(bytes.NewReader(stream))
		if wantErr == nil {
			want, wantErr = io.ReadAll(io.LimitReader(reader, 1<<20))
			if len(want) == 1<<20 {
				t.Skip("too large to compare")
			}
		}
		var d Decoder
		got := make([]byte, len(want))
		_, err := d.Zlib(got, stream)
		if wantErr == nil {
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
		} else if err == nil {
			t.Fatalf("accepted what compress/zlib refuses: %v", wantErr)
		}
	})
}
