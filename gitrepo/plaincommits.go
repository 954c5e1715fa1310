package gitrepo

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// This file reads what small plain repositories are asked for at every sync, without a process: where the default branch
// is, and the commits that lead there. Nearly all repositories of a large installation are small, and nearly all of them rest.

// Tip returns what DefaultBranch would, read from a few small files, in some tens of microseconds. It does not look whether
// the commit is there. ok is false when git has to be asked; call DefaultBranch then.
func (r *Repo) Tip() (ref string, tip OID, ok bool) {
	if !r.plain {
		return "", "", false
	}
	if !r.bare && !r.absentRef(originHead) {
		return r.followRef(originHead)
	}
	return r.followRef("HEAD")
}

// TipOf is Open and Tip. It never starts a process: ok is false for whatever is not a plain repository.
func TipOf(dir string) (ref string, tip OID, ok bool) {
	r := &Repo{dir: dir, gitDir: findGitDir(dir)}
	if r.gitDir == "" {
		return "", "", false
	}
	r.plain = r.openPlain()
	return r.Tip()
}

// originHead is the ref by which a clone knows its remote's default branch.
const originHead = "refs/remotes/origin/HEAD"

// followRef follows symbolic refs to an object id.
func (r *Repo) followRef(name string) (ref string, id OID, ok bool) {
	for range 5 { // as many names in a row as git follows
		symbolic, id, ok := r.readRef(name)
		if !ok {
			return "", "", false
		}
		if symbolic == "" {
			return name, id, len(id) == 40
		}
		name = symbolic
	}
	return "", "", false
}

// absentRef reports whether a ref is certainly not there.
func (r *Repo) absentRef(name string) bool {
	if !r.plain {
		return false
	}
	if _, err := os.Lstat(filepath.Join(r.gitDir, filepath.FromSlash(name))); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	text, err := os.ReadFile(filepath.Join(r.gitDir, "packed-refs"))
	return errors.Is(err, fs.ErrNotExist) || err == nil && !bytes.Contains(text, []byte(" "+name+"\n"))
}

// plainBranch returns the ref that name leads to and its commit, when they can be read without git and the commit is
// there.
func (r *Repo) plainBranch(ctx context.Context, name string) (ref string, tip OID, ok bool) {
	if !r.plain {
		return "", "", false
	}
	if ref, tip, ok = r.followRef(name); !ok {
		return "", "", false
	}
	commits := r.plainCommits()
	defer commits.close()
	_, ok = commits.read(ctx, tip)
	return ref, tip, ok
}

// plainWalkLength is how many commits a walk without git may take. Each costs about 10 µs or, where it is loose, 50; git's own
// walk costs a process and then a microsecond each.
const plainWalkLength = 300

// walkPlain is walk without git. ok is false when git has to walk: a long history, a graft, anything unusual.
func (r *Repo) walkPlain(ctx context.Context, tip OID, each func(Commit) (keep, more bool)) (commits []Commit, ok bool) {
	if !r.plain {
		return nil, false
	}
	// Grafts give commits other parents than they say.
	if _, err := os.Lstat(filepath.Join(r.gitDir, "info", "grafts")); !errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	from := r.plainCommits()
	defer from.close()
	id := tip
	for range plainWalkLength {
		text, ok := from.read(ctx, id)
		if !ok {
			return nil, false
		}
		at, parent, ok := parsePlainCommit(text)
		if !ok {
			return nil, false
		}
		c := Commit{ID: id, Time: at}
		keep, more := each(c)
		if keep {
			commits = append(commits, c)
		}
		if !more || parent == "" {
			return commits, true
		}
		id = parent
	}
	return nil, false
}

// FirstParent returns the first parent of a commit, "" for a root.
func (r *Repo) FirstParent(ctx context.Context, id OID) (parent OID, err error) {
	two, err := r.walk(ctx, id, func(c Commit) (keep, more bool) { return true, c.ID == id })
	if err != nil || len(two) < 2 {
		return "", err
	}
	return two[1].ID, nil
}

// parsePlainCommit returns the committer date and the first parent, "" for a root. ok is false for anything that git does
// not write itself.
func parsePlainCommit(text []byte) (at time.Time, parent OID, ok bool) {
	header, _, _ := bytes.Cut(text, []byte("\n\n"))
	line, rest, _ := bytes.Cut(header, []byte("\n"))
	if tree, found := bytes.CutPrefix(line, []byte("tree ")); !found || !OID(tree).Valid() {
		return at, "", false
	}
	for first := true; ; first = false {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		id, found := bytes.CutPrefix(line, []byte("parent "))
		if !found {
			break
		}
		if !OID(id).Valid() {
			return at, "", false
		}
		if first {
			parent = OID(id)
		}
	}
	if !bytes.HasPrefix(line, []byte("author ")) {
		return at, "", false
	}
	line, _, _ = bytes.Cut(rest, []byte("\n"))
	end := bytes.LastIndex(line, []byte("> "))
	if !bytes.HasPrefix(line, []byte("committer ")) || end < 0 {
		return at, "", false
	}
	seconds, zone, _ := bytes.Cut(line[end+2:], []byte(" "))
	if len(zone) != 5 || len(seconds) == 0 || len(seconds) > 10 {
		return at, "", false
	}
	unix, err := strconv.ParseUint(string(seconds), 10, 63)
	return time.Unix(int64(unix), 0).UTC(), parent, err == nil
}

// plainCommits reads single commits of a plain repository. Not safe for concurrent use.
type plainCommits struct{ objects *Objects }

func (r *Repo) plainCommits() *plainCommits {
	o := &Objects{repo: r, hashLen: 20, cleanup: func() {}}
	o.openPacks()
	return &plainCommits{o}
}

func (p *plainCommits) close() { p.objects.Close() }

// read returns the text of a commit. ok is false when git would have to look: it is in no pack and not loose, or damaged, or
// something else than a commit.
func (p *plainCommits) read(ctx context.Context, id OID) (text []byte, ok bool) {
	hash, valid := HashOf(id)
	if !valid || len(id) != 40 || ctx.Err() != nil {
		return nil, false
	}
	for _, pack := range p.objects.packs {
		found := false
		_, err := p.objects.readFromPack(ctx, pack, []Hash{hash}, []int32{0}, ReadOptions{Workers: 1, MaxSize: maxPlainCommit}, func(_, _ int, object *Object) error {
			found, ok = true, object.Kind == KindCommit
			text = bytes.Clone(object.Data)
			return nil
		})
		if err != nil || found {
			return text, ok && err == nil
		}
	}
	return readLooseCommit(filepath.Join(p.objects.repo.objects, string(id[:2]), string(id[2:])), id)
}

// maxPlainCommit is the size in bytes above which a commit is left to git: someone signed a book.
const maxPlainCommit = 1 << 20

// readLooseCommit reads a commit that is a file of its own, and checks that its content has the name.
func readLooseCommit(path string, id OID) (text []byte, ok bool) {
	file, err := os.Open(path)
	if err != nil {
		return nil, false
	}
	defer file.Close()
	inflated, err := zlib.NewReader(file)
	if err != nil {
		return nil, false
	}
	whole, err := io.ReadAll(io.LimitReader(inflated, maxPlainCommit+1))
	if err != nil || len(whole) > maxPlainCommit || fmt.Sprintf("%x", sha1.Sum(whole)) != string(id) {
		return nil, false
	}
	header, text, _ := bytes.Cut(whole, []byte{0})
	return text, string(header) == fmt.Sprintf("commit %d", len(text))
}
