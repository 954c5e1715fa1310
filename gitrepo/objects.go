package gitrepo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/backsight/backsight/gitrepo/internal/packfile"
)

// Hash is an object id in binary: 20 bytes (SHA-1) followed by zeroes, or 32 (SHA-256).
type Hash [32]byte

// HashOf returns the binary form of id. ok is false when id is not an object id.
func HashOf(id OID) (hash Hash, ok bool) {
	if !id.Valid() {
		return Hash{}, false
	}
	_, err := hex.Decode(hash[:], []byte(id))
	return hash, err == nil
}

// Kind is the type of an object, with the numbers that packs use.
type Kind byte

// The kinds.
const (
	KindCommit Kind = 1
	KindTree   Kind = 2
	KindBlob   Kind = 3
	KindTag    Kind = 4
)

var kindNames = map[string]Kind{"commit": KindCommit, "tree": KindTree, "blob": KindBlob, "tag": KindTag}

// Problem is the reason why an object could not be handed out; "" when it could.
type Problem string

// The problems. They are words for people, and the classes of faults in package search/history.
const (
	Missing  Problem = "missing object"
	Corrupt  Problem = "corrupt object"
	TooLarge Problem = "object too large" // larger than ReadOptions.MaxSize
)

// Object is one object of a repository.
type Object struct {
	Kind    Kind
	Size    int64   // bytes
	Data    []byte  // the content; valid until visit returns. With TooLarge its first bytes (at most HeadSize), else nil with a problem
	Problem Problem // "" when Data is the whole content
	Detail  string  // what git said about the problem
}

// HeadSize is how much of a too large object is handed out, in bytes: what git looks at to call a file binary.
const HeadSize = 8000

// DefaultMaxSize is the size in bytes above which an object is not read whole: one such object per worker is in memory.
const DefaultMaxSize = 256 << 20

// maxCorrupt bounds how many corrupt objects one Read walks around, because each costs two processes (a repository with
// more is a ruin: Read fails then).
const maxCorrupt = 1000

// ReadOptions are the options of Objects.Read.
type ReadOptions struct {
	Workers int   // goroutines that read and call visit at the same time; at least 1
	MaxSize int64 // in bytes; 0 is DefaultMaxSize
}

// Objects reads objects of one repository. Close it after use: it may hold files open.
type Objects struct {
	repo    *Repo
	hashLen int
	gitDir  string // what git is started on: the repository, or the shadow of a partial clone
	cleanup func()
	stats   ReadStats

	once  sync.Once // opens packs
	packs []*packfile.Pack
}

// ReadStats counts work, so that tests and benchmarks can hold the engine to it.
type ReadStats struct {
	Processes atomic.Int64 // git processes started
	FromGit   atomic.Int64 // objects asked from git processes
	FromPack  atomic.Int64 // objects read from packs directly
	Bytes     atomic.Int64 // bytes of content handed out
}

// Objects starts reading objects.
func (r *Repo) Objects() (*Objects, error) {
	o := &Objects{repo: r, hashLen: 20, gitDir: r.gitDir, cleanup: func() {}}
	if r.format == "sha256" {
		o.hashLen = 32
	}
	if r.promisor {
		dir, remove, err := r.shadow()
		if err != nil {
			return nil, err
		}
		o.gitDir, o.cleanup = dir, remove
	}
	return o, nil
}

// Close releases what Objects holds. No Read may be running.
func (o *Objects) Close() {
	for _, pack := range o.packs {
		pack.Close()
	}
	o.packs = nil
	o.cleanup()
}

// Stats returns the counts of work so far.
func (o *Objects) Stats() *ReadStats { return &o.stats }

// HashLen returns the number of bytes of the repository's object ids: 20 or 32.
func (o *Objects) HashLen() int { return o.hashLen }

// OID returns the textual form of a hash of this repository.
func (o *Objects) OID(hash Hash) OID { return OID(hex.EncodeToString(hash[:o.hashLen])) }

// Read hands out each of the objects ids (which must be distinct) exactly once, in the order that is cheapest to read,
// from opts.Workers goroutines: visit(worker, i, object) gets the index in ids and the number of the goroutine that calls it. It
// returns when all calls of visit have returned. Packs are read directly; loose objects, and everything that looks wrong,
// comes from git, which has the last word on what is wrong. A missing or damaged object is handed out with its Problem. An error
// means that not every object was handed out: ctx ended, visit returned an error, or git could not be run or was killed
// twice.
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
	return o.readFromGit(ctx, ids, left, opts, visit)
}

// readFromPack reads those of the objects ids[i], i in wanted, that pack holds in good order, and returns the others.
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

// readFromGit reads the objects ids[i], i in wanted, through git processes, one after the other. A process that dies is
// replaced, and the work goes on behind the last object that was handed out.
func (o *Objects) readFromGit(ctx context.Context, ids []Hash, wanted []int32, opts ReadOptions, visit func(worker, i int, object *Object) error) error {
	killed, corrupt, lastDeath := 0, 0, -1
	for done := 0; done < len(wanted); {
		n, err := o.catFile(ctx, ids, wanted[done:], opts.MaxSize, func(i int, object *Object) error { return visit(0, i, object) })
		done += n
		if err == nil {
			if done < len(wanted) {
				return fmt.Errorf("repository %s: git cat-file ended after %d of %d objects", o.repo.dir, done, len(wanted))
			}
			break
		}
		var died *Error
		if ctx.Err() != nil || !errors.As(err, &died) {
			return err
		}
		if exitCode(err) != 128 {
			// Ended by a signal, most likely by an operator or for want of memory: once is an accident.
			if killed++; killed > 1 {
				return err
			}
			continue
		}
		if done >= len(wanted) {
			break // everything was handed out; what git found to complain about afterwards changes nothing
		}
		if lastDeath != done {
			lastDeath = done // git refused this object, or was disturbed: a second try tells
			continue
		}
		if corrupt++; corrupt > maxCorrupt {
			return fmt.Errorf("repository %s: more than %d corrupt objects: %w", o.repo.dir, maxCorrupt, err)
		}
		if err := visit(0, int(wanted[done]), &Object{Problem: Corrupt, Detail: died.Stderr}); err != nil {
			return err
		}
		done++
	}
	return nil
}
