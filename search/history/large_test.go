package history

import (
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/adler32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
)

// writeRepeated stores a loose blob with a text repeated n times, and compresses the text only
// once. It returns the blob's id.
func writeRepeated(t *testing.T, repo *testgit.Repo, text []byte, n int) string {
	t.Helper()
	deflated := func(part []byte, last bool) []byte {
		var b bytes.Buffer
		w, err := flate.NewWriter(&b, flate.BestSpeed)
		require.NoError(t, err)
		_, err = w.Write(part)
		require.NoError(t, err)
		if last {
			require.NoError(t, w.Close())
		} else {
			// ends at a byte boundary, without references to earlier bytes
			require.NoError(t, w.Flush())
		}
		return b.Bytes()
	}
	header := fmt.Appendf(nil, "blob %d\x00", len(text)*n)
	id, check := sha1.New(), adler32.New()
	id.Write(header)
	check.Write(header)
	stored := append([]byte{0x78, 0x01}, deflated(header, false)...)
	block := deflated(text, false)
	for range n {
		id.Write(text)
		check.Write(text)
		stored = append(stored, block...)
	}
	stored = binary.BigEndian.AppendUint32(append(stored, deflated(nil, true)...), check.Sum32())
	name := hex.EncodeToString(id.Sum(nil))
	require.NoError(t, os.MkdirAll(filepath.Dir(repo.ObjectPath(name)), 0o755))
	require.NoError(t, os.WriteFile(repo.ObjectPath(name), stored, 0o644))
	return name
}

// A blob of 1 GB is a fault that states its size, unless it is binary, because binary files are not
// searched.
func TestSearch_ABlobOfOneGigabyte(t *testing.T) {
	if testing.Short() {
		t.Skip("git reads a gigabyte twice")
	}
	t.Parallel()
	repo, _ := damaged(t)
	text := writeRepeated(t, repo, []byte(strings.Repeat("TODO in a line that is like any other\n", 1<<20/38)), 1025)
	binary := writeRepeated(t, repo, append([]byte{0}, strings.Repeat("TODO\n", 1<<20/5)...), 1025)
	small := repo.ObjectAt(t, "main~2:a")
	tree := mktree(t, repo, "100644 blob "+binary+"\tbinary\n100644 blob "+small+"\tsmall\n100644 blob "+text+"\ttext\n")
	results, stats := searchAll(t, repo, compile(t, "TODO", false), 1, repo.Git(t, "commit-tree", "-m", "x", tree))
	require.Equal(t, int64(1), results[0].Value)
	require.Len(t, results[0].Faults, 1)
	require.Equal(t, string(gitrepo.TooLarge), results[0].Faults[0].Class)
	require.Equal(t, gitrepo.OID(text), results[0].Faults[0].Object)
	require.Equal(t, "text", results[0].Faults[0].Path)
	require.Contains(t, results[0].Faults[0].Detail, fmt.Sprintf("%d bytes", 1025*(1<<20/38*38)))
	require.Less(t, stats.Bytes, int64(1<<20), "of neither is more than the beginning kept")
}

// A folder of 500,000 files is read and counted like any other. All files are the same blob, which
// is read once.
func TestSearch_AFolderOf500000Files(t *testing.T) {
	t.Parallel()
	repo, _ := damaged(t)
	const files = 500_000
	blob, _ := gitrepo.HashOf(gitrepo.OID(repo.ObjectAt(t, "main~2:a")))
	tree := make([]byte, 0, files*40)
	for i := range files {
		tree = fmt.Appendf(tree, "100644 file-%06d.go\x00", i)
		tree = append(tree, blob[:20]...)
	}
	file := filepath.Join(t.TempDir(), "tree")
	require.NoError(t, os.WriteFile(file, tree, 0o644))
	commit := repo.Git(t, "commit-tree", "-m", "x", repo.Git(t, "hash-object", "-w", "-t", "tree", file))
	for text, value := range map[string]int64{"TODO repohasfile:499999": files, `TODO file:-49999\d`: 10} {
		results, stats := searchAll(t, repo, compile(t, text, false), 1, commit)
		require.Equal(t, []Result{{Commit: gitrepo.OID(commit), Value: value}}, results, text)
		require.LessOrEqual(t, stats.Blobs, int64(1))
	}
}
