package packfile

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestApplyDelta(t *testing.T) {
	t.Parallel()
	base := []byte("0123456789")
	for _, row := range []struct {
		name, delta, want string
	}{
		{"literal", "\x0a\x03\x03abc", "abc"},
		{"copy", "\x0a\x04\x91\x02\x04", "2345"},
		{"copy and literal", "\x0a\x06\x90\x05\x01X", "01234X"},
		{"empty", "\x0a\x00", ""},
	} {
		baseSize, size, rest, err := deltaSizes([]byte(row.delta))
		require.NoError(t, err, row.name)
		require.Equal(t, int64(10), baseSize)
		dst := make([]byte, size)
		require.NoError(t, applyDelta(dst, base, rest), row.name)
		require.Equal(t, row.want, string(dst), row.name)
	}
	for name, instructions := range map[string]string{
		"reserved": "\x00", "beyond the base": "\x91\x07\x04", "truncated literal": "\x05ab", "truncated argument": "\x91", "too short": "\x01a", "too long": "\x05abcde",
		"copy of 64 KB": "\x80",
	} {
		require.Error(t, applyDelta(make([]byte, 4), base, []byte(instructions)), name)
	}
}

// FuzzApplyDelta compares applyDelta with a simple version of it.
func FuzzApplyDelta(f *testing.F) {
	f.Add([]byte("0123456789"), []byte("\x91\x02\x04\x03abc"), 7)
	f.Add([]byte(""), []byte("\x80"), 0)
	f.Add(bytes.Repeat([]byte("ab"), 40_000), []byte("\xb3\x01\x01\xff\xff"), 65_535)
	f.Fuzz(func(t *testing.T, base, instructions []byte, size int) {
		if size < 0 || size > 1<<20 {
			t.Skip()
		}
		want, ok := plainDelta(base, instructions)
		dst := make([]byte, size)
		err := applyDelta(dst, base, instructions)
		if ok && len(want) == size {
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, dst))
		} else {
			require.Error(t, err)
		}
		_, _, _, _ = deltaSizes(instructions)
	})
}

func plainDelta(base, in []byte) (out []byte, ok bool) {
	next := func() int {
		if len(in) == 0 {
			ok = false
			return 0
		}
		c := in[0]
		in = in[1:]
		return int(c)
	}
	ok = true
	for ok && len(in) > 0 && len(out) < 1<<21 {
		op := next()
		switch {
		case op == 0:
			return nil, false
		case op < 0x80:
			if op > len(in) {
				return nil, false
			}
			out, in = append(out, in[:op]...), in[op:]
		default:
			at, n := 0, 0
			for bit := range 7 {
				if op>>bit&1 == 0 {
					continue
				}
				if c := next(); bit < 4 {
					at |= c << (8 * bit)
				} else {
					n |= c << (8 * (bit - 4))
				}
			}
			if n == 0 {
				n = 0x10000
			}
			if !ok || at+n > len(base) {
				return nil, false
			}
			out = append(out, base[at:at+n]...)
		}
	}
	return out, ok
}
