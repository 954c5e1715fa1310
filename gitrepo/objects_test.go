package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// read reads objects and returns, for each id, the content or the problem.
func read(t *testing.T, r *Repo, opts ReadOptions, ids ...string) (map[string]string, *ReadStats) {
	t.Helper()
	objects, err := r.Objects()
	require.NoError(t, err)
	defer objects.Close()
	hashes := make([]Hash, len(ids))
	for i, id := range ids {
		var ok bool
		hashes[i], ok = HashOf(OID(id))
		require.True(t, ok)
		require.Equal(t, OID(id), objects.OID(hashes[i]))
	}
	opts.Workers = max(1, opts.Workers)
	var mu sync.Mutex
	got := map[string]string{}
	err = objects.Read(t.Context(), hashes, opts, func(_, i int, object *Object) error {
		mu.Lock()
		defer mu.Unlock()
		require.NotContains(t, got, ids[i], "handed out twice")
		got[ids[i]] = string(object.Problem)
		if object.Problem == "" {
			require.Equal(t, object.Size, int64(len(object.Data)))
			got[ids[i]] = string(object.Data)
		}
		return nil
	})
	require.NoError(t, err)
	require.Len(t, got, len(ids))
	return got, objects.Stats()
}

// versions makes a history of files that change a little in each commit, and returns the ids of all
// objects of the history.
func versions(t testing.TB, repo *testgit.Repo, commits int) []string {
	t.Helper()
	var history []testgit.Commit
	for i := range commits {
		c := testgit.Commit{Message: fmt.Sprint(i)}
		for f := range 4 {
			lines := make([]string, 150)
			for l := range lines {
				lines[l] = fmt.Sprintf("file %d line %d of something", f, l)
			}
			lines[i*7%150] = strings.Repeat("changed ", i)
			c.Changes = append(c.Changes, testgit.Change{Path: fmt.Sprintf("d%d/f", f), Content: strings.Join(lines[:100+i%50], "\n")})
		}
		history = append(history, c)
	}
	repo.Import(t, "main", true, history...)
	return strings.Fields(repo.Git(t, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"))
}

// contentOf returns the content of an object as `git cat-file` prints it.
func contentOf(t *testing.T, repo *testgit.Repo, id string) string {
	t.Helper()
	kind := repo.Git(t, "cat-file", "-t", id)
	return repo.Git(t, "cat-file", kind, id)
}

func TestObjects_PacksEqualGit(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		for _, workers := range []int{1, 4} {
			repo := testgit.Init(t, filepath.Join(t.TempDir(), "r"), format)
			ids := versions(t, repo, 25)
			repo.Repack(t)
			got, stats := read(t, open(t, repo.Dir), ReadOptions{Workers: workers}, ids...)
			for _, id := range ids {
				require.Equal(t, contentOf(t, repo, id), strings.TrimSuffix(got[id], "\n"), id)
			}
			require.Zero(t, stats.Processes.Load(), "every object of an undamaged pack is read without git")
			require.Equal(t, int64(len(ids)), stats.FromPack.Load())
		}
	}
}

func TestObjects_ReadsLooseObjectsAndAlternates(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := versions(t, repo, 5)
	repo.Repack(t)
	borrower := testgit.New(t)
	require.NoError(t, os.MkdirAll(filepath.Join(borrower.Dir, "objects", "info"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(borrower.Dir, "objects", "info", "alternates"), []byte("# a comment\n"+repo.Dir+"/objects\n"), 0o644))
	own := borrower.Commit(t, testgit.Epoch, map[string]string{"own": "own"})
	got, stats := read(t, open(t, borrower.Dir), ReadOptions{}, append(ids, own)...)
	require.Equal(t, contentOf(t, repo, ids[0]), strings.TrimSuffix(got[ids[0]], "\n"))
	require.Equal(t, int64(len(ids)), stats.FromPack.Load())
	require.Equal(t, int64(1), stats.Loose.Load())
	require.Zero(t, stats.Processes.Load())
}

func TestObjects_LooseObjectsEqualGit(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		repo := testgit.Init(t, filepath.Join(t.TempDir(), "r"), format)
		ids := versions(t, repo, 5)
		repo.Unpack(t)
		got, stats := read(t, open(t, repo.Dir), ReadOptions{Workers: 3}, ids...)
		for _, id := range ids {
			require.Equal(t, contentOf(t, repo, id), strings.TrimSuffix(got[id], "\n"), id)
		}
		require.Zero(t, stats.Processes.Load())
		require.Equal(t, int64(len(ids)), stats.Loose.Load())
	}
}

func TestObjects_ReportsALooseObjectWithTheContentOfAnother(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, testgit.Epoch, map[string]string{"a": "TODO", "b": "b"})
	a, b := repo.ObjectAt(t, "main:a"), repo.ObjectAt(t, "main:b")
	file := func(id string) string { return filepath.Join(repo.Dir, "objects", id[:2], id[2:]) }
	content, err := os.ReadFile(file(a))
	require.NoError(t, err)
	require.NoError(t, os.Chmod(file(b), 0o644))
	require.NoError(t, os.WriteFile(file(b), content, 0o644))
	got, _ := read(t, open(t, repo.Dir), ReadOptions{}, a, b)
	require.Equal(t, map[string]string{a: "TODO", b: string(Corrupt)}, got)
}

func TestObjects_ReportsMissingAndCorruptLooseObjects(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	repo.Commit(t, testgit.Epoch, map[string]string{"a": strings.Repeat("a text that is not short\n", 20), "b": "b", "c": "c", "d": "d"})
	id := func(path string) string { return repo.ObjectAt(t, "main:"+path) }
	repo.Unpack(t)
	a, b, c, d := id("a"), id("b"), id("c"), id("d")
	repo.CorruptObject(t, a)
	repo.RemoveObject(t, c)
	got, stats := read(t, open(t, repo.Dir), ReadOptions{}, a, b, c, d)
	require.Equal(t, map[string]string{a: string(Corrupt), b: "b", c: string(Missing), d: "d"}, got)
	require.LessOrEqual(t, stats.Processes.Load(), int64(3), "the first one, a second attempt, and one for the other objects")
}

func TestObjects_ADamagedPackNeverGivesWrongContent(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	ids := versions(t, repo, 3)
	repo.Repack(t)
	pack := repo.Packs(t)[0]
	sound, err := os.ReadFile(pack)
	require.NoError(t, err)
	truth, _ := read(t, open(t, repo.Dir), ReadOptions{}, ids...)
	problems := 0
	for offset := 0; offset < len(sound)-20; offset += 1 + len(sound)/60 {
		damaged := bytes.Clone(sound)
		damaged[offset] ^= 0x55
		require.NoError(t, os.Remove(pack))
		require.NoError(t, os.WriteFile(pack, damaged, 0o644))
		got, _ := read(t, open(t, repo.Dir), ReadOptions{}, ids...)
		for _, id := range ids {
			if got[id] != truth[id] {
				require.Contains(t, []string{string(Corrupt), string(Missing)}, got[id], "byte %d: %s is wrong", offset, id)
				problems++
			}
		}
	}
	require.Positive(t, problems)
}

func TestObjects_ReadsATruncatedPackThroughGit(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	noise := make([]byte, 300_000)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise) // never fails
	repo.Import(t, "large", true, testgit.Commit{Changes: []testgit.Change{{Path: "noise", Content: string(noise)}}})
	ids := versions(t, repo, 3)
	repo.Repack(t)
	r := open(t, repo.Dir)
	truth, _ := read(t, r, ReadOptions{}, ids...)
	// A pack of this size is mapped: reading the missing part of a truncated one is a memory fault.
	objects, err := r.Objects()
	require.NoError(t, err)
	defer objects.Close()
	objects.once.Do(objects.openPacks)
	require.Len(t, objects.packs, 1)
	pack := repo.Packs(t)[0]
	require.NoError(t, os.Chmod(pack, 0o644))
	require.NoError(t, os.Truncate(pack, 0))
	hashes := make([]Hash, len(ids))
	for i, id := range ids {
		hashes[i], _ = HashOf(OID(id))
	}
	seen := 0
	require.NoError(t, objects.Read(t.Context(), hashes, ReadOptions{Workers: 2}, func(_, i int, object *Object) error {
		seen++
		if object.Problem == "" {
			require.Equal(t, truth[ids[i]], string(object.Data))
		}
		return nil
	}))
	require.Equal(t, len(ids), seen)
}

func TestObjects_DoesNotReadLargeObjectsWhole(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		repo := testgit.New(t)
		large := "head of it\n" + strings.Repeat("x", 600_000)
		repo.Import(t, "main", packed, testgit.Commit{Changes: []testgit.Change{{Path: "large", Content: large}, {Path: "small", Content: "small"}}})
		id, small := repo.ObjectAt(t, "main:large"), repo.ObjectAt(t, "main:small")
		objects, err := open(t, repo.Dir).Objects()
		require.NoError(t, err)
		defer objects.Close()
		a, _ := HashOf(OID(id))
		b, _ := HashOf(OID(small))
		seen := 0
		require.NoError(t, objects.Read(t.Context(), []Hash{a, b}, ReadOptions{Workers: 1, MaxSize: 300_000}, func(_, i int, object *Object) error {
			seen++
			if i == 0 {
				require.Equal(t, TooLarge, object.Problem)
				require.Equal(t, large[:HeadSize], string(object.Data))
				require.Equal(t, int64(len(large)), object.Size)
			} else {
				require.Equal(t, "small", string(object.Data))
			}
			return nil
		}))
		require.Equal(t, 2, seen)
		got, _ := read(t, open(t, repo.Dir), ReadOptions{}, id)
		require.Equal(t, large, got[id])
	}
}

func TestObjects_HandsOutLargeObjectsAsStreams(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		repo := testgit.New(t)
		large := "head of it\n" + strings.Repeat("x", 600_000)
		repo.Import(t, "main", packed, testgit.Commit{Changes: []testgit.Change{
			{Path: "a", Content: large + "a"}, {Path: "b", Content: large + "b"}, {Path: "c", Content: large + "c"}, {Path: "small", Content: "small"},
		}})
		var ids []Hash
		for _, name := range []string{"a", "b", "c", "small"} {
			id, _ := HashOf(OID(repo.ObjectAt(t, "main:"+name)))
			ids = append(ids, id)
		}
		objects, err := open(t, repo.Dir).Objects()
		require.NoError(t, err)
		defer objects.Close()
		seen := map[int]string{}
		options := ReadOptions{Workers: 1, MaxSize: 300_000, Large: func(i int, object *Object, rest io.Reader) error {
			require.Equal(t, TooLarge, object.Problem)
			seen[i] = string(object.Data)
			if i == 1 {
				return nil // the rest is skipped
			}
			more, err := io.ReadAll(rest)
			seen[i] += string(more)
			return err
		}}
		require.NoError(t, objects.Read(t.Context(), ids, options, func(_, i int, object *Object) error {
			seen[i] = string(object.Data)
			return nil
		}))
		require.True(t, seen[0] == large+"a" && seen[1] == large[:HeadSize] && seen[2] == large+"c" && seen[3] == "small")

		enough := errors.New("enough")
		options.Large = func(int, *Object, io.Reader) error { return enough }
		require.ErrorIs(t, objects.Read(t.Context(), ids, options, func(int, int, *Object) error { return nil }), enough)
	}
}

// A large object that holds another object's content is handed to visit as corrupt, although Large
// got it, unless Large stopped with an error.
func TestObjects_ALargeObjectWithOtherContentIsNeverComplete(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	large := strings.Repeat("x", 600_000)
	repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: large + "a"}, {Path: "b", Content: large + "b"}}})
	a, b := repo.ObjectAt(t, "main:a"), repo.ObjectAt(t, "main:b")
	stored, err := os.ReadFile(repo.ObjectPath(b))
	require.NoError(t, err)
	require.NoError(t, os.Remove(repo.ObjectPath(a)))
	require.NoError(t, os.WriteFile(repo.ObjectPath(a), stored, 0o600))
	id, _ := HashOf(OID(a))
	objects, err := open(t, repo.Dir).Objects()
	require.NoError(t, err)
	defer objects.Close()
	for name, large := range map[string]func(rest io.Reader) error{
		"none":  nil,
		"reads": func(rest io.Reader) error { _, err := io.Copy(io.Discard, rest); require.Error(t, err); return err },
		"skips": func(io.Reader) error { return nil },
	} {
		options := ReadOptions{Workers: 1, MaxSize: 300_000}
		if large != nil {
			options.Large = func(_ int, _ *Object, rest io.Reader) error { return large(rest) }
		}
		var seen []Object
		require.NoError(t, objects.Read(t.Context(), []Hash{id}, options, func(_, _ int, object *Object) error {
			seen = append(seen, *object)
			return nil
		}), name)
		require.Equal(t, []Object{{Problem: Corrupt, Detail: "the stored content is that of object " + b}}, seen, name)
	}
}

// A stream that ends early does not return io.EOF. The object is then read again, and is corrupt.
func TestObjects_ALargeCorruptObjectIsNeverComplete(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	noise := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise) // cannot fail
	repo.Import(t, "main", false, testgit.Commit{Changes: []testgit.Change{{Path: "a", Content: string(noise)}}})
	repo.CorruptObject(t, repo.ObjectAt(t, "main:a"))
	id, _ := HashOf(OID(repo.ObjectAt(t, "main:a")))
	objects, err := open(t, repo.Dir).Objects()
	require.NoError(t, err)
	defer objects.Close()
	calls, problems := 0, []Problem(nil)
	options := ReadOptions{Workers: 1, MaxSize: 300_000, Large: func(_ int, _ *Object, rest io.Reader) error {
		calls++
		_, err := io.Copy(io.Discard, rest)
		require.Error(t, err)
		return err
	}}
	require.NoError(t, objects.Read(t.Context(), []Hash{id}, options, func(_, _ int, object *Object) error {
		problems = append(problems, object.Problem)
		return nil
	}))
	require.LessOrEqual(t, calls, 2)
	require.Equal(t, []Problem{Corrupt}, problems)
}

func TestObjects_DoesNotFetchIntoAPartialClone(t *testing.T) {
	t.Parallel()
	remote := testgit.New(t)
	remote.Commit(t, testgit.Epoch, map[string]string{"a": "content a", "b": "content b"})
	remote.Git(t, "config", "uploadpack.allowFilter", "true")
	remote.Git(t, "config", "uploadpack.allowAnySHA1InWant", "true")
	clone := filepath.Join(t.TempDir(), "clone.git")
	plainGit(t, ".", "clone", "-q", "--bare", "--filter=blob:none", "file://"+remote.Dir, clone)
	r := open(t, clone)
	require.True(t, r.promisor)
	a, b := remote.ObjectAt(t, "main:a"), remote.ObjectAt(t, "main:b")
	commit := remote.ObjectAt(t, "main")
	got, _ := read(t, r, ReadOptions{}, a, commit, b)
	require.Equal(t, string(Missing), got[a])
	require.Equal(t, string(Missing), got[b])
	require.Contains(t, got[commit], "tree ")
	packs := (&testgit.Repo{Dir: clone}).Packs(t)
	require.Len(t, packs, 1, "nothing was fetched")
}

func TestObjects_ReadEndsWithContextOrVisit(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		repo := testgit.New(t)
		ids := versions(t, repo, 10)
		if !packed {
			repo.Unpack(t)
		}
		hashes := make([]Hash, len(ids))
		for i, id := range ids {
			hashes[i], _ = HashOf(OID(id))
		}
		objects, err := open(t, repo.Dir).Objects()
		require.NoError(t, err)
		defer objects.Close()
		stop := errors.New("enough")
		require.ErrorIs(t, objects.Read(t.Context(), hashes, ReadOptions{Workers: 2}, func(int, int, *Object) error { return stop }), stop)
		ctx, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, objects.Read(ctx, hashes, ReadOptions{Workers: 2}, func(int, int, *Object) error { cancel(); return nil }), context.Canceled)
	}
}
