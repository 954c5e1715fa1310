package history

import (
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/adler32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/match"
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

// A blob of 1 GB is matched in parts. It is a fault if the pattern can match several lines. Of a
// binary blob, only the beginning is kept.
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
	commit := repo.Git(t, "commit-tree", "-m", "x", tree)
	lines := int64(1025 * (1 << 20 / 38))
	results, stats := searchAll(t, repo, compile(t, "TODO", false), 1, commit)
	require.Empty(t, results[0].Faults)
	require.Equal(t, 1+lines, results[0].Value)
	require.Less(t, stats.Bytes, 38*lines+1<<20, "only the beginning of the binary file is kept")

	results, stats = searchAll(t, repo, compile(t, `/TODO\s+in\s+a/`, false), 1, commit)
	require.Zero(t, results[0].Value)
	require.Len(t, results[0].Faults, 1)
	require.Equal(t, string(gitrepo.TooLarge), results[0].Faults[0].Class)
	require.Equal(t, gitrepo.OID(text), results[0].Faults[0].Object)
	require.Equal(t, "text", results[0].Faults[0].Path)
	require.Contains(t, results[0].Faults[0].Detail, fmt.Sprintf("%d bytes", 38*lines))
	require.Contains(t, results[0].Faults[0].Detail, "more than one line")
	require.NotZero(t, stats.Bytes)
}

// A file that is matched in parts has the same counts as if it were matched whole, unless it is a
// fault.
func TestSearch_LargeFilesAreCountedInParts(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	var text strings.Builder
	for i := range 400_000 {
		fmt.Fprintf(&text, "TODO(%c) line %d go1.%d\n", 'a'+i%3, i, i%20)
	}
	require.Greater(t, text.Len(), 2*usualPart)
	tip := repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{
		{Path: "large.go", Content: text.String() + "the end"}, {Path: "d/same.txt", Content: text.String() + "the end"}, {Path: "small.go", Content: "TODO\n"},
	}})[0]
	compared := newCompared(t, repo, filepath.Join(t.TempDir(), "x.idx"))
	compared.update(tip)
	const limit = 1 << 20
	for _, row := range []struct {
		query   string
		byValue bool
	}{
		{"TODO", false},
		{"todo", false},
		{"TODO case:yes", false},
		{"absent", false},
		{`/absent\s+text/`, false},
		{`/TODO\((\w)\)/`, true},
		{`/go1\.(\d+)/ lang:go`, true},
		{"TODO lang:go", false},
		{"(TODO file:^d/) OR (line -file:^d/)", false},
		{"TODO OR line OR DO(a", false},
		{"TODO AND absent", false},
		{"TODO NOT absent", false},
		{"NOT TODO", false},
		{"NOT absent", false},
		{"select:file TODO", false},
		{"select:repo TODO", false},
		{"TODO repo:has.content(go1.19)", false},
		{"TODO -repo:has.content(go1.19)", false},
		{`TODO repo:has.file(path:^d/ content:absent\s+text)`, false},
		{`/the end\z/ OR absent`, false},
		{"line OR TODO -file:small", false},
	} {
		m := compile(t, row.query, row.byValue)
		want, _ := searchAll(t, repo, m, 1, tip)
		got, _ := searchLimited(t, repo, m, limit, tip)
		if row.query == `/the end\z/ OR absent` {
			require.Len(t, got[0].Faults, 1, row.query)
			continue
		}
		require.Empty(t, got[0].Faults, row.query)
		require.Equal(t, want[0].Value, got[0].Value, row.query)
		require.Equal(t, want[0].Values.Map(), got[0].Values.Map(), row.query)
		compared.check(m, limit, 1, tip, []string{tip})
	}
	languages := languagesMatcher(t, "", match.Languages{Measures: match.Lines | match.Bytes | match.Files})
	want, _ := searchAll(t, repo, languages, 1, tip)
	got, _ := searchLimited(t, repo, languages, limit, tip)
	require.Empty(t, got[0].Faults)
	require.Equal(t, want[0].Values.Map(), got[0].Values.Map())
}

// A large text is decoded as a small one is, and its lines end before \r\n.
func TestSearch_LargeTextsAreDecoded(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	line := "TODO \U0001F600 go1.21\r\n"
	text := "\uFEFF" + strings.Repeat(line, usualPart*5/4/len(line))
	little, big := []byte{}, []byte{}
	for _, unit := range utf16.Encode([]rune(text)) {
		little, big = binary.LittleEndian.AppendUint16(little, unit), binary.BigEndian.AppendUint16(big, unit)
	}
	var wide []byte
	for _, r := range text {
		wide = binary.BigEndian.AppendUint32(wide, uint32(r))
	}
	for _, content := range []string{text, string(little), string(big), string(wide)} {
		tip := repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{{Path: "large.txt", Content: content}}})[0]
		for query, byValue := range map[string]bool{
			"TODO": false, "/^TODO/": false, `/1\.\d+$/`: false, `/go(.*)/`: true, `/\r$/`: false, `/^\x{feff}/`: false, "TODO OR /21$/ OR 1": false,
			"select:file /^TODO.{8}$/": false, "repo:has.content(/^TODO/) TODO": false,
		} {
			m := compile(t, query, byValue)
			want, _ := searchAll(t, repo, m, 1, tip)
			got, _ := searchLimited(t, repo, m, 1<<20, tip)
			require.Empty(t, got[0].Faults, query)
			require.Equal(t, want[0].Value, got[0].Value, query)
			require.Equal(t, want[0].Values.Map(), got[0].Values.Map(), query)
		}
		req := commitRequest(t, repo, "type:diff /^TODO.*21$/")
		req.MaxBlobSize = 1 << 20
		results := searchCommits(t, req)
		oldest := results[len(results)-1]
		require.Equal(t, int64(1), oldest.Value)
		require.Empty(t, oldest.Faults)
		if content != text {
			require.Zero(t, results[0].Value, "only the encoding changed")
			require.Empty(t, results[0].Faults)
		}
	}
}

// The lines that a large file changed are compared as those of a small one.
func TestSearchCommits_LargeFilesAreComparedInParts(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	text := strings.Repeat("TODO a line\n", 900_000)
	require.Greater(t, len(text), 2*usualPart)
	repo.Import(t, "main", false,
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: text}, {Path: "binary", Content: "\x00" + text}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: "FIXME moved\n" + text}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: text + "FIXME moved\n"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: text + "FIXME moved\nTODO a line"}}},
		testgit.Commit{Changes: []testgit.Change{{Path: "binary", Content: text}}},
	)
	for query, want := range map[string][]int64{ // newest first
		"type:diff TODO":                          {0, 1, 0, 0, 1},
		"type:diff FIXME":                         {0, 0, 0, 1, 0},
		`type:diff /FIXME\s+moved/`:               {0, 0, 0, 1, 0},
		"type:diff absent":                        {0, 0, 0, 0, 0},
		"type:diff select:commit.diff.added TODO": {0, 1, 0, 0, 1},
		"type:diff NOT TODO":                      {1, 0, 1, 1, 1},
	} {
		req := commitRequest(t, repo, query)
		req.MaxBlobSize = 1 << 20
		var got, whole []int64
		for _, r := range searchCommits(t, req) {
			require.Empty(t, r.Faults, query)
			got = append(got, r.Value)
		}
		for _, r := range searchCommits(t, commitRequest(t, repo, query)) {
			whole = append(whole, r.Value)
		}
		require.Equal(t, whole, got, "%s: in memory and in parts", query)
		require.Equal(t, want, got, query)
	}
}

// A damaged content is never counted in part.
func TestSearch_ALargeDamagedFileIsAFault(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	noise := make([]byte, 3*usualPart)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise) // cannot fail
	content := "TODO\n" + strings.Repeat("TODO\n", 10) + hex.EncodeToString(noise)
	tip := repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{{Path: "large", Content: content}}})[0]
	repo.CorruptObject(t, repo.ObjectAt(t, "main:large"))
	for _, query := range []string{"TODO", "/(TODO)/"} {
		results, _ := searchLimited(t, repo, compile(t, query, query != "TODO"), 1<<20, tip)
		require.Zero(t, results[0].Value)
		require.Empty(t, results[0].Values.Map())
		require.Len(t, results[0].Faults, 1)
		require.Equal(t, string(gitrepo.Corrupt), results[0].Faults[0].Class)
	}
}

func TestEachPart(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", usualPart+1)
	for _, content := range []string{"", "a", "a\n", "a\n" + long + "\nb\n", long, long + "\n" + long + "\n\n", strings.Repeat("a line\n", usualPart/3)} {
		var all strings.Builder
		var parts []string
		complete, err := eachPart(iotest.HalfReader(strings.NewReader(content)), func(part []byte) {
			all.Write(part)
			if len(parts) == 0 {
				require.GreaterOrEqual(t, len(part), min(firstPart, len(content)))
			}
			parts = append(parts, string(part[len(part)-1:]))
		})
		require.NoError(t, err)
		require.True(t, complete)
		if content != all.String() { // a message with the contents would be huge
			t.Fatal("the parts are not the content")
		}
		for i, end := range parts {
			require.True(t, i == len(parts)-1 || end == "\n")
		}
	}
	complete, err := eachPart(strings.NewReader(strings.Repeat("x", maxPart+firstPart+1)), func([]byte) {})
	require.NoError(t, err)
	require.False(t, complete)
	complete, err = eachPart(strings.NewReader("short\n"+strings.Repeat("x", maxPart)+"\n"), func([]byte) {})
	require.NoError(t, err)
	require.True(t, complete)
	_, err = eachPart(io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(io.ErrUnexpectedEOF)), func([]byte) {})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
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
