package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
)

// pipeBuffer is the size in bytes of the buffer for git's output. Most objects fit into it and are
// handed out without a copy.
const pipeBuffer = 1 << 18

// catFile runs one `git cat-file --batch` for the objects ids[i], i in wanted, and calls visit with
// each object. It returns how many objects it handed out. The error is an *Error when git exited
// early or was killed; the caller can then continue with a new process. After any other error, the
// caller must stop reading.
func (o *Objects) catFile(ctx context.Context, ids []Hash, wanted []int32, maxSize int64, visit func(i int, object *Object) error) (done int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := command(ctx, reading, o.gitDir, "-c", "core.deltaBaseCacheLimit=512m",
		"-c", "core.bigFileThreshold="+strconv.FormatInt(maxSize, 10), "cat-file", "--batch", "--buffer")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, o.repo.wrap(ctx, "cat-file", cmd, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, o.repo.wrap(ctx, "cat-file", cmd, err)
	}
	if err := cmd.Start(); err != nil {
		return 0, o.repo.wrap(ctx, "cat-file", cmd, err)
	}
	o.stats.Processes.Add(1)

	// git stops reading its stdin while its stdout is full, so a separate goroutine writes the ids.
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		defer stdin.Close()
		lines := bufio.NewWriterSize(stdin, 1<<15)
		line := make([]byte, 0, 65)
		for _, i := range wanted {
			line = append(hex.AppendEncode(line[:0], ids[i][:o.hashLen]), '\n')
			if _, err := lines.Write(line); err != nil {
				return // git has exited; Wait returns the reason
			}
		}
		_ = lines.Flush() // an error means that git has exited, as above
	}()

	stream := newBatchStream(stdout, o.hashLen, maxSize)
	var visitErr, readErr error
	for done < len(wanted) {
		object, err := stream.verified(ids[wanted[done]])
		if err != nil {
			readErr = err
			break
		}
		o.stats.FromGit.Add(1)
		o.stats.Bytes.Add(int64(len(object.Data)))
		if visitErr = visit(int(wanted[done]), object); visitErr != nil {
			break
		}
		done++
	}
	if visitErr != nil || (readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF)) {
		cancel() // git may be blocked on its full stdout
	}
	waitErr := cmd.Wait()
	<-fed
	switch {
	case visitErr != nil:
		return done, visitErr
	case readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF):
		return done, fmt.Errorf("repository %s: git cat-file: %w", o.repo.dir, readErr)
	case waitErr != nil:
		return done, o.repo.wrap(ctx, "cat-file", cmd, waitErr)
	case readErr != nil:
		return done, fmt.Errorf("repository %s: git cat-file: %w", o.repo.dir, readErr)
	}
	return done, nil
}

// batchStream parses the output of `git cat-file --batch`: "<id> SP <type> SP <size> LF <content>
// LF", or "<id> SP missing LF".
type batchStream struct {
	from    *bufio.Reader
	hashLen int
	maxSize int64
	object  Object
	sum     hash.Hash // of the last object
	pending int       // bytes of the buffer that the last object still occupies
	large   []byte    // holds objects that do not fit into the buffer
	hex     []byte
	id      []byte
}

func newBatchStream(from io.Reader, hashLen int, maxSize int64) *batchStream {
	return &batchStream{from: bufio.NewReaderSize(from, pipeBuffer), hashLen: hashLen, maxSize: maxSize, sum: newHash(hashLen)}
}

// newHash returns the hash function of object ids of this length.
func newHash(hashLen int) hash.Hash {
	if hashLen == sha256.Size {
		return sha256.New()
	}
	return sha1.New()
}

// verified does the same as next, and verifies that the content has the id want, which git does
// not. If it has another id, the object is Corrupt.
func (s *batchStream) verified(want Hash) (*Object, error) {
	object, err := s.next(want)
	if err != nil || object.Problem == Missing {
		return object, err
	}
	if s.id = s.sum.Sum(s.id[:0]); !bytes.Equal(s.id, want[:s.hashLen]) {
		*object = Object{Problem: Corrupt, Detail: fmt.Sprintf("the stored content is that of object %x", s.id)}
	}
	return object, nil
}

// next returns the next object of the stream, which must have the id want. The object is valid
// until the next call. The error io.ErrUnexpectedEOF means that the stream ended before the object
// was complete.
func (s *batchStream) next(want Hash) (*Object, error) {
	if _, err := s.from.Discard(s.pending); err != nil {
		return nil, unexpected(err)
	}
	s.pending = 0
	line, err := s.from.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("header line without an end: %q", line[:min(len(line), 80)])
		}
		return nil, unexpected(err)
	}
	header := line[:len(line)-1]
	s.hex = hex.AppendEncode(s.hex[:0], want[:s.hashLen])
	rest, ok := bytes.CutPrefix(header, s.hex)
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return nil, fmt.Errorf("expected object %s, got %q", s.hex, header[:min(len(header), 120)])
	}
	rest = rest[1:]
	if string(rest) == "missing" {
		s.object = Object{Problem: Missing}
		return &s.object, nil
	}
	name, digits, _ := bytes.Cut(rest, []byte{' '})
	kind, known := kindNames[string(name)]
	size, ok := parseSize(digits)
	if !known || !ok {
		return nil, fmt.Errorf("unexpected header %q", header[:min(len(header), 120)])
	}
	s.object = Object{Kind: kind, Size: size}
	s.sum.Reset()
	s.sum.Write(append(rest, 0)) // rest ends before the line feed, which has been read
	return &s.object, s.content()
}

// content reads s.object.Size bytes and the line feed after them.
func (s *batchStream) content() error {
	size := s.object.Size
	if size <= s.maxSize && size+1 <= int64(s.from.Size()) {
		data, err := s.from.Peek(int(size) + 1)
		if err != nil {
			return unexpected(err)
		}
		s.pending = len(data)
		s.object.Data = data[:size:size]
		s.sum.Write(s.object.Data)
		return endOfContent(data[size])
	}
	keep := size
	if size > s.maxSize {
		s.object.Problem = TooLarge
		s.object.Detail = fmt.Sprintf("%d bytes, the limit is %d", size, s.maxSize)
		keep = min(size, HeadSize)
	}
	if err := s.readLarge(keep); err != nil {
		return err
	}
	s.object.Data = s.large[:keep:keep]
	s.sum.Write(s.object.Data)
	if _, err := io.CopyN(s.sum, s.from, size-keep); err != nil {
		return unexpected(err)
	}
	end, err := s.from.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	return endOfContent(end)
}

// readLarge reads n bytes into s.large. The buffer grows as bytes arrive: a header with a wrong
// size cannot make this process allocate memory for bytes that never come.
func (s *batchStream) readLarge(n int64) error {
	s.large = s.large[:0]
	for int64(len(s.large)) < n {
		if len(s.large) == cap(s.large) {
			bigger := make([]byte, len(s.large), min(n, max(4*pipeBuffer, 2*int64(cap(s.large)))))
			copy(bigger, s.large)
			s.large = bigger
		}
		end := min(int64(cap(s.large)), n)
		got, err := io.ReadFull(s.from, s.large[len(s.large):end])
		s.large = s.large[:len(s.large)+got]
		if err != nil {
			return unexpected(err)
		}
	}
	return nil
}

func endOfContent(b byte) error {
	if b != '\n' {
		return fmt.Errorf("the content is followed by %q instead of a line feed", b)
	}
	return nil
}

// parseSize parses a decimal number of at most 18 digits.
func parseSize(digits []byte) (int64, bool) {
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
