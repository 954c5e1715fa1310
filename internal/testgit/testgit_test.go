package testgit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImport_WritesHistoryWithHostileNames(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		for _, packed := range []bool{false, true} {
			r := Init(t, t.TempDir()+"/r", format)
			ids := r.Import(t, "main", packed,
				Commit{Message: "one", Changes: []Change{{Path: "a\nb/\xff\"", Content: "x\n"}, {Path: "link", Mode: Symlink, Content: "a"}}},
				Commit{Parents: Root, Message: "two", Changes: []Change{{Path: "d/f", Mode: Executable, Content: "y"}}},
				Commit{Parents: []int{0, 1}, Message: "merge", Changes: []Change{{Path: "link", Delete: true}}},
			)
			require.Len(t, ids, 3)
			require.Equal(t, ids[2], r.ObjectAt(t, "main"))
			require.Equal(t, ids[2]+" "+ids[0]+" "+ids[1], r.Git(t, "rev-list", "--parents", "-1", "main"))
			require.Equal(t, "a\nb/\xff\"\x00", string(r.run(t, nil, "ls-tree", "-r", "-z", "--name-only", "main")))
			require.Equal(t, map[bool]int{true: 1, false: 0}[packed], len(r.Packs(t)))
			r.Repack(t)
			require.Len(t, r.Packs(t), 1)
			r.Unpack(t)
			require.Empty(t, r.Packs(t))
			r.Git(t, "fsck", "--strict")
		}
	}
}

func TestCommit_StacksOnMain(t *testing.T) {
	t.Parallel()
	r := New(t)
	one := r.Commit(t, Epoch, map[string]string{"a": "1"})
	two := r.Commit(t, Epoch.AddDate(0, 1, 0), map[string]string{"b": "2"})
	require.Equal(t, two+"\n"+one, r.Git(t, "rev-list", "main"))
	require.Equal(t, "1", r.Git(t, "show", "main:a"))
}

func TestDamage(t *testing.T) {
	t.Parallel()
	r := New(t)
	r.Commit(t, Epoch, map[string]string{"a": "some text that is long enough", "b": "2"})
	a, b := r.ObjectAt(t, "main:a"), r.ObjectAt(t, "main:b")
	r.RemoveObject(t, b)
	r.CorruptObject(t, a)
	require.NoFileExists(t, r.ObjectPath(b))
	require.FileExists(t, r.ObjectPath(a))
}

func TestRemoveObject_FromAPack(t *testing.T) {
	t.Parallel()
	r := New(t)
	r.Import(t, "main", true, Commit{Changes: []Change{{Path: "a", Content: "1"}, {Path: "b", Content: "2"}}})
	a, b := r.ObjectAt(t, "main:a"), r.ObjectAt(t, "main:b")
	r.RemoveObject(t, b)
	require.Equal(t, a+" blob 1\n"+b+" missing\n", string(r.run(t, []byte(a+"\n"+b), "cat-file", "--batch-check")))
	require.Len(t, r.Packs(t), 1)
}
