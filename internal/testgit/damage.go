package testgit

import (
	"os"
	"path/filepath"
	"strings"
)

// Repack puts all objects that refs reach into one pack with deltas, as a clone or `git gc` would.
func (r *Repo) Repack(t TB) {
	t.Helper()
	r.Git(t, "-c", "core.fsync=none", "repack", "-a", "-d", "-f", "-q", "--depth=50", "--window=20")
}

// Unpack converts all packs to loose objects.
func (r *Repo) Unpack(t TB) {
	t.Helper()
	for _, pack := range r.Packs(t) {
		content, err := os.ReadFile(pack)
		if err != nil {
			t.Fatalf("testgit: %v", err)
		}
		// The packs are removed first, because git does not write objects that it already has.
		if err := removePacks([]string{pack}); err != nil {
			t.Fatalf("testgit: %v", err)
		}
		r.run(t, content, "-c", "core.fsync=none", "unpack-objects", "-q")
	}
}

// Packs returns the paths of the repository's packs.
func (r *Repo) Packs(t TB) []string {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(r.Dir, "objects", "pack", "*.pack"))
	if err != nil {
		t.Fatalf("testgit: %v", err)
	}
	return packs
}

// ObjectPath returns the path of a loose object.
func (r *Repo) ObjectPath(id string) string {
	return filepath.Join(r.Dir, "objects", id[:2], id[2:])
}

// RemoveObject removes an object from the repository. For a packed object it replaces all packs
// with one that lacks the object.
func (r *Repo) RemoveObject(t TB, id string) {
	t.Helper()
	err := os.Remove(r.ObjectPath(id))
	if packs := r.Packs(t); os.IsNotExist(err) && len(packs) > 0 {
		all := r.Git(t, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)") + "\n"
		kept := strings.Replace(all, id+"\n", "", 1)
		if kept == all {
			t.Fatalf("testgit: remove object: there is no %s", id)
		}
		r.run(t, []byte(kept), "-c", "core.fsync=none", "pack-objects", "-q", filepath.Join(r.Dir, "objects", "pack", "pack"))
		err = removePacks(packs)
	}
	if err != nil {
		t.Fatalf("testgit: remove object: %v", err)
	}
}

// removePacks removes packs and the files that belong to them.
func removePacks(packs []string) error {
	for _, pack := range packs {
		for _, ext := range []string{".pack", ".idx", ".rev"} {
			if err := os.Remove(strings.TrimSuffix(pack, ".pack") + ext); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}

// CorruptObject overwrites the second half of a loose object. If the object is packed, call Unpack
// first.
func (r *Repo) CorruptObject(t TB, id string) {
	t.Helper()
	path := r.ObjectPath(id)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("testgit: corrupt object: %v", err)
	}
	for i := len(content) / 2; i < len(content); i++ {
		content[i] ^= 0x55
	}
	r.overwrite(t, path, content)
}

// overwrite replaces a file that git made read-only.
func (r *Repo) overwrite(t TB, path string, content []byte) {
	t.Helper()
	err := os.Remove(path)
	if err == nil {
		err = os.WriteFile(path, content, 0o644)
	}
	if err != nil {
		t.Fatalf("testgit: overwrite: %v", err)
	}
}

// CorruptPack changes one byte of the repository's only pack, at an offset in bytes from its start.
func (r *Repo) CorruptPack(t TB, offset int64) {
	t.Helper()
	packs := r.Packs(t)
	if len(packs) != 1 {
		t.Fatalf("testgit: corrupt pack: there are %d packs: call Repack first", len(packs))
	}
	content, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatalf("testgit: %v", err)
	}
	content[offset] ^= 0x55
	r.overwrite(t, packs[0], content)
}

// ObjectAt returns the id of the object that rev names, for example "main:dir/file".
func (r *Repo) ObjectAt(t TB, rev string) string {
	t.Helper()
	return r.Git(t, "rev-parse", "--verify", rev)
}

// NameNoBranch renames main to "one", adds a branch "two" at the same commit, and makes HEAD name
// neither of them. So nothing tells which branch is the default one.
func (r *Repo) NameNoBranch(t TB) {
	t.Helper()
	r.Git(t, "update-ref", "refs/heads/one", "main")
	r.Git(t, "update-ref", "refs/heads/two", "main")
	r.Git(t, "update-ref", "-d", "refs/heads/main")
	r.Git(t, "symbolic-ref", "HEAD", "refs/heads/nowhere")
}
