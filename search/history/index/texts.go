package index

import (
	"context"
	"errors"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

const (
	// maxText is the size in bytes above which a text is not indexed. Its blob is a candidate of
	// every search.
	maxText = 64 << 20
	// A text with more than denseCount distinct trigrams, and with more than one for every
	// denseShare bytes, is not indexed either: its trigrams would cost more than they could save.
	// Such a text is usually random data.
	denseCount = 100_000
	denseShare = 16
	// largeSize is the size in bytes from which the index stores the size of a blob. A search needs
	// the sizes of the blobs that exceed its limit (history.Request.MaxBlobSize), so it cannot use
	// the index if its limit is below largeSize.
	largeSize = 16 << 10
)

// How many blobs are read at a time (at first, and at most), in the order of their paths, and how
// many of their trigrams may be in memory, at 4 bytes each. Reading more at a time is cheaper,
// because git stores versions as differences from each other.
const (
	firstTexts    = 4096
	maxTexts      = 16384
	trigramBudget = 6 << 20
)

// texts reads blobs, and collects their trigrams.
type texts struct {
	objects  *gitrepo.Objects
	set      *trigramSet
	postings *postings
	batch    int   // number of blobs per batch; adapted after each batch
	budget   int   // maximum number of trigrams in memory
	shift    int32 // number of the first blob; numbers in postings are relative to it
	kinds    kinds
	bytes    int64 // total size of the blobs that were indexed
}

// A largeBlob is a blob of at least largeSize bytes.
type largeBlob struct {
	blob int32
	size int64
}

// textFacts is the result for one blob of a batch.
type textFacts struct {
	indexed  bool // if false, the blob is a candidate of every search, unless it is binary
	binary   bool
	size     int64
	from, to int // the range of the blob's trigrams in those of the batch
}

var errTooMany = errors.New("more trigrams than the budget allows")

// read indexes blobs, whose numbers start at x.shift.
func (x *texts) read(ctx context.Context, blobs []gitrepo.Hash) error {
	held := make([]uint32, 0, 1<<16)
	first := int32(0)
	for len(blobs) > 0 {
		size := min(x.batch, len(blobs))
		facts := make([]textFacts, size)
		held = held[:0]
		err := x.objects.Read(ctx, blobs[:size], gitrepo.ReadOptions{Workers: 1, MaxSize: maxText}, func(_, i int, object *gitrepo.Object) error {
			facts[i] = x.examine(object)
			if f := &facts[i]; f.indexed {
				f.from = len(held)
				held = append(held, x.set.found...)
				f.to = len(held)
			}
			if len(held) > x.budget && size > 1 {
				return errTooMany
			}
			return nil
		})
		if errors.Is(err, errTooMany) {
			x.batch = max(1, size/4)
			continue
		}
		if err != nil {
			return err
		}
		for i, f := range facts {
			x.record(first+int32(i), f, held)
		}
		blobs, first = blobs[size:], first+int32(size)
		if len(held) < x.budget/4 {
			x.batch = min(2*x.batch, maxTexts)
		}
	}
	return nil
}

// examine says whether and how a blob is indexed. If it is, examine stores the blob's trigrams in
// x.set.found.
func (x *texts) examine(object *gitrepo.Object) textFacts {
	f := textFacts{size: object.Size}
	if object.Kind != gitrepo.KindBlob && object.Problem == "" || object.Problem != "" && object.Problem != gitrepo.TooLarge {
		return f
	}
	if object.Problem != "" {
		f.binary = match.IsBinary(object.Data)
		return f
	}
	var text []byte
	if text, f.binary = match.Decode(object.Data); f.binary {
		return f
	}
	found := x.set.of(text)
	f.indexed = len(found) <= denseCount || len(found) <= len(text)/denseShare
	return f
}

func (x *texts) record(blob int32, f textFacts, held []uint32) {
	blob += x.shift
	if f.size >= largeSize {
		x.kinds.large = append(x.kinds.large, largeBlob{blob, f.size})
	}
	switch {
	case f.binary:
		x.kinds.binary = append(x.kinds.binary, blob)
	case f.indexed:
		x.bytes += f.size
		x.postings.add(blob-x.shift, held[f.from:f.to])
	default:
		x.kinds.always = append(x.kinds.always, blob)
	}
}
