package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// This file reads, without a git process, what every sync needs of a small plain repository: the
// tip of the default branch and the commits of its history. In a large installation, nearly all
// repositories are small and unchanged since the last sync.

// Tip returns the same branch and tip as DefaultBranch, but does not check that the commit exists.
// It reads a few files, which usually takes some tens of microseconds. ok is false when Tip cannot
// find the tip without git; callers must then use DefaultBranch.
func (r *Repo) Tip() (ref string, tip OID, ok bool) {
	if !r.plain {
		return "", "", false
	}
	if head := r.remoteHead(); head != "" {
		return r.followRef(head)
	}
	return r.followRef("HEAD")
}

// TipOf does the same as Tip for the repository in dir. It never starts a process. ok is false also
// when dir holds no repository.
func TipOf(dir string) (ref string, tip OID, ok bool) {
	r := &Repo{dir: dir, gitDir: findGitDir(dir)}
	if r.gitDir == "" {
		return "", "", false
	}
	r.plain = r.openPlain()
	return r.Tip()
}

// followRef follows symbolic refs to an object id.
func (r *Repo) followRef(name string) (ref string, id OID, ok bool) {
	for range 5 { // git follows at most five symbolic refs
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

// keepsRefsInFiles reports whether the repository's refs are in the files that followRef reads. It
// is false for linked work trees, whose refs are in two folders, and for other ref formats.
func (r *Repo) keepsRefsInFiles() bool {
	return r.plain || !slices.ContainsFunc([]string{"commondir", "reftable"}, func(name string) bool {
		_, err := os.Lstat(filepath.Join(r.gitDir, name))
		return !errors.Is(err, fs.ErrNotExist)
	})
}

// absentRef reports whether a ref certainly does not exist. It returns false when the ref exists or
// may exist.
func (r *Repo) absentRef(name string) bool {
	if !r.keepsRefsInFiles() {
		return false
	}
	if _, err := os.Lstat(filepath.Join(r.gitDir, filepath.FromSlash(name))); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	packed, err := regular.Contains(filepath.Join(r.gitDir, "packed-refs"), []byte(" "+name+"\n"))
	return errors.Is(err, fs.ErrNotExist) || err == nil && !packed
}

// plainBranch returns the ref that the ref `name` leads to, and its commit. ok is false when they
// cannot be read without git, or when the commit does not exist.
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

// plainWalkLength is the largest number of commits that a walk without git reads. Each commit takes
// about 10 µs, or 50 µs if it is a loose object. A walk by git costs a process, and then a
// microsecond per commit.
const plainWalkLength = 300

// walkPlain does the same as walk, without git. ok is false when git has to walk: the repository is
// not plain, the walk is longer than plainWalkLength, or plainCommits or parsePlainCommit cannot
// read one of the commits.
func (r *Repo) walkPlain(ctx context.Context, tip OID, each func(Commit) (keep, more bool)) (commits []Commit, ok bool) {
	if !r.plain {
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

// FirstParent returns the first parent of a commit, or "" for a root commit and for the oldest
// commit of a shallow clone. The error is a *BrokenHistory when the commit can be read, but its
// parent cannot.
func (r *Repo) FirstParent(ctx context.Context, id OID) (parent OID, err error) {
	two, err := r.walk(ctx, id, func(c Commit) (keep, more bool) { return true, c.ID == id })
	if err != nil || len(two) < 2 {
		return "", err
	}
	return two[1].ID, nil
}

// parsePlainCommit returns the committer date of a commit, as `at`, and its first parent, which is
// "" for a root commit. ok is false when the text differs from what git itself writes.
func parsePlainCommit(text []byte) (at time.Time, parent OID, ok bool) {
	header, _, whole := bytes.Cut(text, []byte("\n\n"))
	if !whole { // git then reads the date 0, whatever the committer's line says
		return at, "", false
	}
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
	end := bytes.Index(line, []byte("> "))
	// Versions of git differ in whether the date follows the first ">" or the last one.
	if !bytes.HasPrefix(line, []byte("committer ")) || end < 0 || bytes.Count(line, []byte{'>'}) > 1 {
		return at, "", false
	}
	seconds, zone, _ := bytes.Cut(line[end+2:], []byte(" "))
	if len(zone) != 5 || len(seconds) == 0 || len(seconds) > 10 {
		return at, "", false
	}
	unix, err := strconv.ParseUint(string(seconds), 10, 64)
	return commitTime(unix), parent, err == nil
}

// plainCommits reads single commits of a plain repository. Not safe for concurrent use.
type plainCommits struct {
	objects *Objects
	loose   *looseReader
}

func (r *Repo) plainCommits() *plainCommits {
	o := &Objects{repo: r, hashLen: 20, cleanup: func() {}}
	o.openPacks()
	return &plainCommits{o, o.newLooseReader(maxPlainCommit)}
}

func (p *plainCommits) close() { p.objects.Close() }

// read returns the text of a commit. ok is false when git has to read the commit: the object is
// neither in a pack nor loose, is damaged, is not a commit, or is larger than maxPlainCommit.
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
	object, err := p.loose.read(hash)
	if err != nil || object.Problem != "" || object.Kind != KindCommit {
		return nil, false
	}
	return bytes.Clone(object.Data), true
}

// maxPlainCommit is the size in bytes above which git reads a commit. Real commits are far smaller.
const maxPlainCommit = 1 << 20
