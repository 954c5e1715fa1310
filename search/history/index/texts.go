package index

import (
	"context"
	"errors"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

const (
	// maxText is the size in bytes above which a text is not indexed: its blob is a candidate of every search.
	maxText = 64 << 20
	// Of a text with more distinct trigrams than denseCount, more than one to every denseShare bytes, the trigrams would
	// cost more than they could save: it is noise, not text, and a candidate of every search.
	denseCount = 100_000
	denseShare = 16
	// largeSize is the size in bytes from which on the size of a blob is kept, so that a search with a limit on sizes knows
	// what is above it. Searches with a lower limit cannot use the index.
	largeSize = 16 << 10
)

// Bounds of how many blobs are read at a time, in neighbourhood of path, and of the trigrams that are held of them: 4
// bytes each. Reading more at a time is cheaper, as versions are stored as differences of each other.
const (
	firstTexts    = 4096
	maxTexts      = 16384
	trigramBudget = 6 << 20
)

// texts reads blobs and collects their trigrams.
type texts struct {
	objects  *gitrepo.Objects
	set      *trigramSet
	postings *postings
	batch    int   // blobs at a time; it adapts
	budget   int   // trigrams to hold
	shift    int32 // the number of the first blob; postings count from there
	kinds    kinds
	bytes    int64 // of text read, each blob once
}

// largeBlob is a blob of at least largeSize bytes.
type largeBlob struct {
	blob int32
	size int64
}

// textFacts is what became of one blob of a batch.
type textFacts struct {
	indexed  bool // else it is a candidate of every search, unless it is binary
	binary   bool
	size     int64
	from, to int // its trigrams in the batch's
}

var errTooMany = errors.New("more trigrams than the budget allows")

// read indexes blobs, which have the numbers from x.shift on.
func (x *texts) read(ctx context.Context, blobs []gitrepo.Hash) error {
	held := make([]uint32, 0, 1<<16)
	first := int32(0)
	for len(blobs) > 0 {
		size := min(x.batch, len(blobs))
		facts := make([]textFacts, size)
		held = held[:0]
		err := x.objects.Read(ctx, blobs[:size], gitrepo.ReadOptions{Workers: 1, MaxSize: maxText}, func(_, i int, object *gitrepo.Object) error {
			facts[i] = x.look(object)
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

// look finds the trigrams of a blob, in x.set.found.
func (x *texts) look(object *gitrepo.Object) textFacts {
	f := textFacts{size: object.Size}
	if object.Kind != gitrepo.KindBlob && object.Problem == "" || object.Problem != "" && object.Problem != gitrepo.TooLarge {
		return f
	}
	if f.binary = match.IsBinary(object.Data); f.binary || object.Problem != "" {
		return f
	}
	found := x.set.of(object.Data)
	f.indexed = len(found) <= denseCount || len(found) <= len(object.Data)/denseShare
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
