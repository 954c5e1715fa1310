package gitrepo

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzBatchStream parses arbitrary bytes as git's output. Every object that it returns must be in
// the stream: writing the objects in git's format must give the bytes that were read.
func FuzzBatchStream(f *testing.F) {
	id := strings.Repeat("0", 40)
	f.Add([]byte(id + " blob 3\nabc\n" + id + " missing\n"))
	f.Add([]byte(id + " tree 0\n\n"))
	f.Add([]byte(id + " blob 999999999999999999\nabc"))
	f.Add([]byte(id + " blob 12\nlarger than 8\n"))
	f.Add([]byte(id + " blob -1\n\n"))
	f.Add([]byte(strings.Repeat("x", 300_000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		stream := newBatchStream(bytes.NewReader(data), 20, 8)
		var again bytes.Buffer
		for {
			object, err := stream.next(Hash{})
			if err != nil {
				break
			}
			switch object.Problem {
			case Missing:
				fmt.Fprintf(&again, "%s missing\n", id)
				continue
			case TooLarge:
				require.Greater(t, object.Size, int64(8))
				require.LessOrEqual(t, len(object.Data), HeadSize)
				at := again.Len() + bytes.IndexByte(data[again.Len():], '\n') + 1
				again.Write(data[again.Len():at])
				require.True(t, bytes.HasPrefix(data[at:], object.Data))
				again.Write(data[at : at+int(object.Size)+1])
				continue
			}
			require.Equal(t, object.Size, int64(len(object.Data)))
			at := bytes.IndexByte(data[again.Len():], '\n') + 1
			again.Write(data[again.Len() : again.Len()+at]) // sizes may have leading zeros
			again.Write(object.Data)
			again.WriteByte('\n')
		}
		require.True(t, bytes.HasPrefix(data, again.Bytes()))
	})
}

func TestBatchStream_AllocatesAsBytesArrive(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0", 40)
	content := strings.Repeat("0123456789", 200_000)
	stream := newBatchStream(strings.NewReader(fmt.Sprintf("%s blob %d\n%s\n%s missing\n", id, len(content), content, id)), 20, 1<<30)
	object, err := stream.next(Hash{})
	require.NoError(t, err)
	require.Equal(t, content, string(object.Data))
	object, err = stream.next(Hash{})
	require.NoError(t, err)
	require.Equal(t, Missing, object.Problem)

	lying := newBatchStream(strings.NewReader(id+" blob 1000000000000\nabc"), 20, 1<<50)
	_, err = lying.next(Hash{})
	require.Error(t, err)
	require.Less(t, cap(lying.large), 1<<22, "a wrong size in a header must not cause an allocation")
}
