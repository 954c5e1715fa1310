package gitrepo

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// maxLoose is the size in bytes above which a loose object is left to git, so that few large
// objects are in memory at a time.
const maxLoose = 8 << 20

// errNotLoose means that git must read the object: no store holds the object as a loose object, or
// the object is too large or has an unknown header.
var errNotLoose = errors.New("not an ordinary loose object")

// readLoose reads those of the objects ids[i] with i in `wanted` that are loose objects of at most
// maxLoose and at most opts.MaxSize bytes. It returns the indices of the others, and of those whose
// files it cannot read. An object whose content has another id, or another length than its header
// says, is handed out as Corrupt, because git cat-file does not verify ids.
func (o *Objects) readLoose(ctx context.Context, ids []Hash, wanted []int32, opts ReadOptions, visit func(worker, i int, object *Object) error) (left []int32, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	maxSize := min(opts.MaxSize, maxLoose)
	var taken atomic.Int64
	var mu sync.Mutex // guards left
	var group sync.WaitGroup
	for worker := range min(max(1, opts.Workers), len(wanted)) {
		group.Go(func() {
			reader := o.newLooseReader(maxSize)
			for ctx.Err() == nil {
				k := int(taken.Add(1)) - 1
				if k >= len(wanted) {
					return
				}
				object, err := reader.read(ids[wanted[k]])
				if err != nil {
					mu.Lock()
					left = append(left, wanted[k])
					mu.Unlock()
					continue
				}
				o.stats.Loose.Add(1)
				o.stats.Bytes.Add(int64(len(object.Data)))
				if err := visit(worker, int(wanted[k]), object); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return left, nil
}

// looseReader reads loose objects, one at a time.
type looseReader struct {
	stores  []string
	hashLen int
	maxSize int64
	data    []byte
	object  Object

	inflate io.ReadCloser // also a zlib.Resetter; nil, like the next fields, until open is called
	file    *bufio.Reader // the deflated file
	text    *bufio.Reader // the inflated file
	sum     hash.Hash
}

func (o *Objects) newLooseReader(maxSize int64) *looseReader {
	return &looseReader{stores: o.stores, hashLen: o.hashLen, maxSize: maxSize}
}

// read returns an object, which is valid until the next call, or an error if git must read it.
func (r *looseReader) read(id Hash) (*Object, error) {
	name := hex.EncodeToString(id[:r.hashLen])
	empty := false
	for _, store := range r.stores {
		file, size, err := regular.Open(filepath.Join(store, name[:2], name[2:]))
		if err != nil {
			continue
		}
		defer file.Close()
		if size > 0 {
			return r.parse(id, file)
		}
		empty = true
	}
	if empty { // git cat-file calls such an object missing
		return r.corrupt("the file of the loose object is empty"), nil
	}
	return nil, errNotLoose
}

// open makes r.text the inflated content of a file.
func (r *looseReader) open(file io.Reader) (err error) {
	if r.inflate != nil {
		r.file.Reset(file)
		err = r.inflate.(zlib.Resetter).Reset(r.file, nil)
	} else {
		r.file, r.text, r.sum = bufio.NewReader(file), bufio.NewReader(nil), newHash(r.hashLen)
		r.inflate, err = zlib.NewReader(r.file)
	}
	r.text.Reset(r.inflate)
	return err
}

// parse reads a loose object from its file: "<kind> SP <size> NUL <content>", compressed by zlib.
func (r *looseReader) parse(id Hash, file io.Reader) (*Object, error) {
	if err := r.open(file); err != nil {
		return nil, err
	}
	header, err := r.text.ReadSlice(0)
	if err != nil {
		return nil, err
	}
	kindName, digits, _ := bytes.Cut(header[:len(header)-1], []byte{' '})
	kind, known := kindNames[string(kindName)]
	size, ok := parseSize(digits)
	if !known || !ok || size > r.maxSize {
		return nil, errNotLoose
	}
	r.sum.Reset()
	r.sum.Write(header) // a hash returns no error
	r.data = slices.Grow(r.data[:0], int(size))[:size]
	_, short := io.ReadFull(r.text, r.data)
	_, end := r.text.ReadByte()
	switch {
	case end != nil && !errors.Is(end, io.EOF):
		return nil, end // the file is cut off, or has a wrong checksum
	case short != nil || end == nil:
		return r.corrupt("the content has another length than its header says"), nil
	}
	r.sum.Write(r.data)
	if sum := r.sum.Sum(nil); !bytes.Equal(sum, id[:r.hashLen]) {
		return r.corrupt(fmt.Sprintf("the stored content is that of object %x", sum)), nil
	}
	r.object = Object{Kind: kind, Size: size, Data: r.data}
	return &r.object, nil
}

func (r *looseReader) corrupt(detail string) *Object {
	r.object = Object{Problem: Corrupt, Detail: detail}
	return &r.object
}
