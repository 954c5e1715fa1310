package gitrepo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/backsight/backsight/gitrepo/internal/packfile"
)

// Hash is an object id in binary: 20 bytes (SHA-1) followed by zeros, or 32 bytes (SHA-256).
type Hash [32]byte

// HashOf returns the binary form of id. ok is false when id is not an object id.
func HashOf(id OID) (hash Hash, ok bool) {
	if !id.Valid() {
		return Hash{}, false
	}
	_, err := hex.Decode(hash[:], []byte(id))
	return hash, err == nil
}

// Kind is the type of an object. The numbers are those of git packs.
type Kind byte

// The kinds.
const (
	KindCommit Kind = 1
	KindTree   Kind = 2
	KindBlob   Kind = 3
	KindTag    Kind = 4
)

var kindNames = map[string]Kind{"commit": KindCommit, "tree": KindTree, "blob": KindBlob, "tag": KindTag}

// Problem is the reason why the complete content of an object is not available. It is "" when the
// content is complete.
type Problem string

// These texts are shown to users. Package search/history also uses them as the Class of a Fault.
const (
	Missing  Problem = "missing object"
	Corrupt  Problem = "corrupt object"
	TooLarge Problem = "object too large" // larger than ReadOptions.MaxSize
)

// Object is one object of a repository.
type Object struct {
	Kind    Kind
	Size    int64   // bytes
	Data    []byte  // the content, valid until the visit function of Read returns; see Problem
	Problem Problem // TooLarge: Data is the first HeadSize bytes. Missing, Corrupt: Data is empty
	Detail  string  // more about the problem, for example git's message
}

// HeadSize is how many bytes of an object that is too large are handed out. git decides from the
// same number of bytes whether a file is binary.
const HeadSize = 8000

// DefaultMaxSize is the default of ReadOptions.MaxSize, in bytes.
const DefaultMaxSize = 256 << 20

// maxCorrupt is how many corrupt objects may make git exit, or get out of step (see outOfStep), in
// one call of Read; one more makes Read fail. Each of them costs two git processes. All other
// corrupt objects are not limited.
const maxCorrupt = 1000

// ReadOptions are the options of Objects.Read.
type ReadOptions struct {
	Workers int   // the maximum number of goroutines that read and call visit; at least 1
	MaxSize int64 // bytes of the largest object that is read whole; 0 means DefaultMaxSize
	// Large is optional. It is called instead of visit for an object that is too large, and gets
	// the content after object.Data as a stream. The stream ends with io.EOF if the content is
	// complete. After any other end of the stream, the error that Large returns does not matter:
	// the object is read again, or handed to visit as corrupt.
	Large func(i int, object *Object, rest io.Reader) error
}

// Objects reads objects of one repository. Callers must Close it after use, because it may hold
// open files and a temporary folder.
type Objects struct {
	repo    *Repo
	hashLen int
	gitDir  string // the git directory that git reads: the repository's, or the one of standIn
	cleanup func()
	stats   ReadStats

	once   sync.Once // finds the stores and opens their packs
	stores []string  // the object folders of the repository and its alternates
	packs  []*packfile.Pack
}

// ReadStats counts the work of an Objects. Tests and benchmarks check that the engine does no more
// work than necessary.
type ReadStats struct {
	Processes atomic.Int64 // git processes started
	FromGit   atomic.Int64 // objects read by git processes
	FromPack  atomic.Int64 // objects read from packs without git
	Loose     atomic.Int64 // loose objects read without git
	Bytes     atomic.Int64 // bytes of content handed out
}

// Objects returns a reader of the repository's objects. Callers must Close it.
func (r *Repo) Objects() (*Objects, error) {
	o := &Objects{repo: r, hashLen: 20, gitDir: r.gitDir, cleanup: func() {}}
	if r.format == "sha256" {
		o.hashLen = 32
	}
	if r.promisor {
		dir, remove, err := r.standIn()
		if err != nil {
			return nil, err
		}
		o.gitDir, o.cleanup = dir, remove
	}
	return o, nil
}

// Close releases the open files and removes the temporary folder. No Read may be running.
func (o *Objects) Close() {
	for _, pack := range o.packs {
		pack.Close()
	}
	o.packs = nil
	o.cleanup()
}

// Stats returns the counts of the work done so far. They are updated while a Read runs.
func (o *Objects) Stats() *ReadStats { return &o.stats }

// HashLen returns the number of bytes of the repository's object ids: 20 or 32.
func (o *Objects) HashLen() int { return o.hashLen }

// OID returns the textual form of a hash of this repository.
func (o *Objects) OID(hash Hash) OID { return OID(hex.EncodeToString(hash[:o.hashLen])) }

// Read calls visit exactly once for each object id in ids, but see ReadOptions.Large. The ids must
// be distinct. Read calls visit(worker, i, object) from up to opts.Workers goroutines, in any
// order; `i` is the index in ids, and `worker` is the number of the calling goroutine. Read returns
// after all calls of visit have returned.
//
// Read itself reads packs and loose objects. It leaves to git what is too large for this, missing
// or damaged, so git decides what is damaged; only a loose object with a wrong id or length is
// known to be corrupt without git. A missing or damaged object is handed out with its Problem.
//
// Read returns an error when ctx ends, visit or Large returns an error, git cannot be started or is
// killed twice, or more than maxCorrupt corrupt objects stop git. Some objects may then not have
// been handed out.
func (o *Objects) Read(ctx context.Context, ids []Hash, opts ReadOptions, visit func(worker, i int, object *Object) error) error {
	if opts.MaxSize == 0 {
		opts.MaxSize = DefaultMaxSize
	}
	left := make([]int32, len(ids))
	for i := range left {
		left[i] = int32(i)
	}
	o.once.Do(o.openPacks)
	var err error
	for _, pack := range o.packs {
		if len(left) == 0 {
			return nil
		}
		if left, err = o.readFromPack(ctx, pack, ids, left, opts, visit); err != nil {
			return err
		}
	}
	if left, err = o.readLoose(ctx, ids, left, opts, visit); err != nil {
		return err
	}
	return o.readFromGit(ctx, ids, left, opts, visit)
}

// readFromPack reads those of the objects ids[i] with i in `wanted` that the pack holds undamaged
// and that are not too large. It returns the indices of the others.
func (o *Objects) readFromPack(ctx context.Context, pack *packfile.Pack, ids []Hash, wanted []int32, opts ReadOptions, visit func(worker, i int, object *Object) error) ([]int32, error) {
	name := func(k int) []byte { return ids[wanted[k]][:o.hashLen] }
	left, err := pack.Read(ctx, len(wanted), name, opts.Workers, opts.MaxSize, func(worker int, found packfile.Object) error {
		o.stats.FromPack.Add(1)
		o.stats.Bytes.Add(int64(len(found.Data)))
		object := Object{Kind: Kind(found.Kind), Size: int64(len(found.Data)), Data: found.Data}
		return visit(worker, int(wanted[found.Index]), &object)
	})
	for k, n := range left {
		left[k] = wanted[n]
	}
	return left, err
}

// readFromGit reads the objects ids[i], i in wanted, through git processes, one process at a time.
// When a process exits early, is killed or gets out of step, a new one continues after the last
// object that was handed out. An object at which this happens twice is corrupt: the second process
// begins with this object, so no earlier object is the cause.
func (o *Objects) readFromGit(ctx context.Context, ids []Hash, wanted []int32, opts ReadOptions, visit func(worker, i int, object *Object) error) error {
	kills, corrupt, lastStop := 0, 0, -1
	for done := 0; done < len(wanted); {
		n, err := o.catFile(ctx, ids, wanted[done:], opts, func(i int, object *Object) error { return visit(0, i, object) })
		done += n
		if err == nil {
			if done < len(wanted) {
				return fmt.Errorf("repository %s: git cat-file ended after %d of %d objects", o.repo.dir, done, len(wanted))
			}
			break
		}
		detail, killed, ok := whyUnread(err)
		if ctx.Err() != nil || !ok {
			return err
		}
		if killed {
			// A signal killed git: most likely an operator sent the signal, or memory ran out. Read
			// starts git once more.
			if kills++; kills > 1 {
				return err
			}
			continue
		}
		if done >= len(wanted) {
			break // every object was handed out; a later error of git does not matter
		}
		if lastStop != done {
			lastStop = done // this object may be corrupt; a second attempt decides
			continue
		}
		if corrupt++; corrupt > maxCorrupt {
			return fmt.Errorf("repository %s: more than %d corrupt objects: %w", o.repo.dir, maxCorrupt, err)
		}
		if err := visit(0, int(wanted[done]), &Object{Problem: Corrupt, Detail: detail}); err != nil {
			return err
		}
		done++
	}
	return nil
}

// whyUnread explains an error of catFile. detail is what git says about the object that it did not
// return, and killed reports whether a signal ended git. ok is false for an error that a new git
// process cannot mend, for example a cancelled context.
func whyUnread(err error) (detail string, killed, ok bool) {
	if stopped, ok := errors.AsType[*Error](err); ok {
		return stopped.Stderr, exitCode(err) != 128, true
	}
	step, ok := errors.AsType[outOfStep](err)
	return string(step), false, ok
}
