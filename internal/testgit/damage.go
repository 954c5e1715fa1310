package testgit

import (
	"os"
	"path/filepath"
	"strings"
)

// Repack puts all objects into one pack, with differences between similar ones, as a clone or a gc would.
func (r *Repo) Repack(t TB) {
	t.Helper()
	r.Git(t, "-c", "core.fsync=none", "repack", "-a", "-d", "-f", "-q", "--depth=50", "--window=20")
}

// Unpack turns all packs into loose objects, each a file of its own.
func (r *Repo) Unpack(t TB) {
	t.Helper()
	for _, pack := range r.Packs(t) {
		content, err := os.ReadFile(pack)
		if err != nil {
			t.Fatalf("testgit: %v", err)
		}
		// git would find that it has the objects already and write none.
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

// ObjectPath returns where a loose object is stored.
func (r *Repo) ObjectPath(id string) string {
	return filepath.Join(r.Dir, "objects", id[:2], id[2:])
}

// RemoveObject removes an object from the store: a loose one's file, or all packs for one that is without it.
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

// removePacks removes packs with what belongs to them.
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

// CorruptObject overwrites the end of a loose object: Unpack first.
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

// CorruptPack flips a byte of the repository's only pack, at the offset in bytes from its start.
func (r *Repo) CorruptPack(t TB, offset int64) {
	t.Helper()
	packs := r.Packs(t)
	if len(packs) != 1 {
		t.Fatalf("testgit: corrupt pack: there are %d packs, Repack first", len(packs))
	}
	content, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatalf("testgit: %v", err)
	}
	content[offset] ^= 0x55
	r.overwrite(t, packs[0], content)
}

// ObjectAt returns the id of what a revision and a path name, for example of "main:dir/file".
func (r *Repo) ObjectAt(t TB, rev string) string {
	t.Helper()
	return r.Git(t, "rev-parse", "--verify", rev)
}
