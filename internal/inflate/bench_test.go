//go:build unix

package inflate

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	kflate "github.com/klauspost/compress/flate"
	kzlib "github.com/klauspost/compress/zlib"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// benchBytes limits the decompressed content that one pass reads. It is more than the caches of a
// processor hold, and takes less than a second.
const benchBytes = 64 << 20

// packed is one zlib stream of a pack, and the size of its content in bytes.
type packed struct {
	stream []byte
	size   int
}

// benchPart is how many streams one implementation decompresses before it is the turn of the next.
const benchPart = 1000

// BenchmarkGitObjects decompresses the entries of a git pack, whole objects and deltas, with this
// package and its alternatives in turn. For each alternative it reports the ratio of its processor
// time to that of this package. The benchmark generates a repository from this module's source and
// packs it. The environment variable BACKSIGHT_BENCH_PACK names another pack instead; its .idx file
// must be in the same folder.
func BenchmarkGitObjects(b *testing.B) {
	pack := os.Getenv("BACKSIGHT_BENCH_PACK")
	if pack == "" {
		pack = generatedPack(b)
	}
	all := entries(b, pack)
	for _, class := range []struct {
		name     string
		from, to int // size of the content in bytes
	}{{"all", 0, 1 << 30}, {"below 1 KiB", 0, 1 << 10}, {"1 to 16 KiB", 1 << 10, 16 << 10}, {"larger", 16 << 10, 1 << 30}} {
		var some []packed
		bytes, largest := 0, 0
		for _, entry := range all {
			if entry.size >= class.from && entry.size < class.to && bytes < benchBytes {
				some = append(some, entry)
				bytes += entry.size
				largest = max(largest, entry.size)
			}
		}
		if len(some) == 0 {
			continue
		}
		b.Run(class.name, func(b *testing.B) {
			all := contestants()
			spent := make([]time.Duration, len(all))
			dst := make([]byte, largest)
			b.SetBytes(int64(bytes * len(all)))
			for b.Loop() {
				for part := range slices.Chunk(some, benchPart) {
					for i, contestant := range all {
						start := processorTime()
						for _, entry := range part {
							if err := contestant.decompress(dst[:entry.size], entry.stream); err != nil {
								b.Fatal(contestant.name, err)
							}
						}
						spent[i] += processorTime() - start
					}
				}
			}
			b.ReportMetric(float64(bytes)/float64(len(some)), "bytes/object")
			for i, contestant := range all[1:] {
				b.ReportMetric(float64(spent[i+1])/float64(spent[0]), contestant.name+"/own")
			}
		})
	}
}

// processorTime returns the processor time that this process has used. It excludes the work of
// other processes, so ratios are valid on a busy machine.
func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // fails only for a wrong argument
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// contestant is an implementation. It decompresses a zlib stream into dst, fills dst exactly, and
// verifies the checksum.
type contestant struct {
	name       string
	decompress func(dst, stream []byte) error
}

// contestants returns every implementation. Each keeps its reader and resets it for each stream,
// like code that takes readers from a pool.
func contestants() []contestant {
	var own Decoder
	source := bytes.NewReader(nil)
	var standard, faster io.Reader
	deflate := kflate.NewReader(source)
	return []contestant{
		{"own", func(dst, stream []byte) error {
			_, err := own.Zlib(dst, stream)
			return err
		}},
		{"compress/zlib", func(dst, stream []byte) (err error) {
			source.Reset(stream)
			if standard == nil {
				standard, err = zlib.NewReader(source)
			} else {
				err = standard.(zlib.Resetter).Reset(source, nil)
			}
			if err != nil {
				return err
			}
			return readAll(standard, dst)
		}},
		{"klauspost/zlib", func(dst, stream []byte) (err error) {
			source.Reset(stream)
			if faster == nil {
				faster, err = kzlib.NewReader(source)
			} else {
				err = faster.(kzlib.Resetter).Reset(source, nil)
			}
			if err != nil {
				return err
			}
			return readAll(faster, dst)
		}},
		// The fastest use of the library: without its zlib layer, and with the checksum of this
		// package.
		{"klauspost/flate+own-checksum", func(dst, stream []byte) error {
			source.Reset(stream[2:])
			if err := deflate.(kflate.Resetter).Reset(source, nil); err != nil {
				return err
			}
			if err := readAll(deflate, dst); err != nil {
				return err
			}
			var sum [4]byte
			if _, err := io.ReadFull(source, sum[:]); err != nil {
				return err
			}
			if want := adler(dst); sum != [4]byte{byte(want >> 24), byte(want >> 16), byte(want >> 8), byte(want)} {
				return errChecksum
			}
			return nil
		}},
	}
}

// readAll fills dst and reads on to the end of the stream, where a zlib reader verifies the
// checksum.
func readAll(from io.Reader, dst []byte) error {
	if _, err := io.ReadFull(from, dst); err != nil {
		return err
	}
	var more [1]byte
	if n, err := from.Read(more[:]); n != 0 || err != io.EOF {
		return fmt.Errorf("%d bytes after the expected ones: %w", n, err)
	}
	return nil
}

// generatedPack writes a repository of this module's Go files, each in a few versions, and returns
// the path of its pack, which holds whole objects and deltas as after a clone.
func generatedPack(b *testing.B) string {
	b.Helper()
	var commits []testgit.Commit
	err := filepath.WalkDir("../..", func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := strings.SplitAfter(string(content), "\n")
		for version := range 4 {
			if version == len(commits) {
				commits = append(commits, testgit.Commit{})
			}
			text := strings.Join(lines[:len(lines)*(version+4)/8], "") + "// a line of this version\n" + strings.Join(lines[len(lines)/2:], "")
			commits[version].Changes = append(commits[version].Changes,
				testgit.Change{Path: filepath.ToSlash(strings.TrimPrefix(path, "../../")), Content: text})
		}
		return nil
	})
	require.NoError(b, err)
	repo := testgit.New(b)
	repo.Import(b, "main", true, commits...)
	repo.Repack(b)
	return repo.Packs(b)[0]
}

// entries returns the zlib streams of a pack, in the order of the pack.
func entries(b *testing.B, pack string) (all []packed) {
	b.Helper()
	content, err := os.ReadFile(pack)
	require.NoError(b, err)
	git := &testgit.Repo{Dir: filepath.Dir(filepath.Dir(filepath.Dir(pack)))}
	for line := range strings.Lines(git.Git(b, "verify-pack", "-v", strings.TrimSuffix(pack, ".pack")+".idx")) {
		var id, kind string
		var size, length, offset int
		if _, err := fmt.Sscan(line, &id, &kind, &size, &length, &offset); err != nil || len(id) != 40 {
			continue // a line of the summary
		}
		entry := content[offset : offset+length]
		// The kind and size take 7 bits a byte; then the base of a delta, by its offset or its id.
		delta := entry[0] >> 4 & 7
		head := varint(entry)
		switch delta {
		case 6:
			head += varint(entry[head:])
		case 7:
			head += 20
		}
		all = append(all, packed{entry[head:], size})
	}
	require.NotEmpty(b, all)
	return all
}

// varint returns the length of a number whose bytes but the last have the highest bit set.
func varint(b []byte) int {
	return bytes.IndexFunc(b, func(r rune) bool { return r < 0x80 }) + 1
}
