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
// early or was killed, and an outOfStep when git's output is not that of the wanted objects; the
// caller can then continue with a new process. After any other error, the caller must stop reading.
func (o *Objects) catFile(ctx context.Context, ids []Hash, wanted []int32, opts ReadOptions, visit func(i int, object *Object) error) (done int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := command(ctx, reading, o.gitDir, "-c", "core.deltaBaseCacheLimit=512m",
		"-c", "core.bigFileThreshold="+strconv.FormatInt(opts.MaxSize, 10), "cat-file", "--batch", "--buffer")
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

	stream := newBatchStream(stdout, o.hashLen, opts.MaxSize)
	var visitErr, readErr error
	for done < len(wanted) {
		object, err := stream.verified(ids[wanted[done]])
		if err != nil {
			readErr = err
			break
		}
		if object.Problem == TooLarge {
			visitErr, readErr = stream.handLarge(int(wanted[done]), opts.Large, visit)
		} else {
			visitErr = visit(int(wanted[done]), object)
		}
		o.stats.Bytes.Add(int64(len(object.Data)) + stream.streamed)
		if readErr != nil || visitErr != nil {
			break
		}
		o.stats.FromGit.Add(1)
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
	case readErr != nil: // git handed out less than it announced, and exited with status 0
		return done, fmt.Errorf("repository %s: git cat-file: %w", o.repo.dir, otherLength)
	}
	return done, nil
}

// outOfStep is the error when git's output does not have the format that batchStream parses. The
// cause is an object whose header states another size than its content has: git does not compare
// the two when it streams a large loose object, and exits with status 0.
type outOfStep string

func (e outOfStep) Error() string { return string(e) }

const otherLength outOfStep = "the content has another length than its header says"

// batchStream parses the output of `git cat-file --batch`: "<id> SP <type> SP <size> LF <content>
// LF", or "<id> SP missing LF".
type batchStream struct {
	from    *bufio.Reader
	hashLen int
	maxSize int64
	object  Object
	sum     hash.Hash // of the last object
	pending int       // bytes of the buffer that the last object still occupies
	left    int64     // bytes of a large object that were not read yet
	ended   bool      // the line feed after a large object was read
	failed  error     // why Read failed

	streamed int64  // bytes of the last object that ReadOptions.Large has read
	large    []byte // holds objects that do not fit into the buffer
	want     Hash   // the id that the last object must have
	hex      []byte // want as text
	id       []byte // the id that the last object has
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

// verified does the same as next, and also verifies that the content has the id `want`; git does
// not verify this. If the content has another id, the object is Corrupt. If the object is TooLarge,
// the caller must call handLarge, which reads and verifies the rest.
func (s *batchStream) verified(want Hash) (*Object, error) {
	object, err := s.next(want)
	if err != nil || object.Problem == Missing || object.Problem == TooLarge {
		return object, err
	}
	s.verify()
	return object, nil
}

// verify marks the last object as Corrupt unless its whole content has the id that it must have.
func (s *batchStream) verify() {
	if s.id = s.sum.Sum(s.id[:0]); !bytes.Equal(s.id, s.want[:s.hashLen]) {
		s.object = Object{Problem: Corrupt, Detail: fmt.Sprintf("the stored content is that of object %x", s.id)}
	}
}

// next returns the next object of the stream, which must have the id `want`. The object is valid
// until the next call. The error io.ErrUnexpectedEOF means that the stream ended before the object
// was complete.
func (s *batchStream) next(want Hash) (*Object, error) {
	if _, err := s.from.Discard(s.pending); err != nil {
		return nil, unexpected(err)
	}
	s.pending, s.streamed, s.failed = 0, 0, nil
	line, err := s.from.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, outOfStep(fmt.Sprintf("header line without an end: %q", line[:min(len(line), 80)]))
		}
		return nil, unexpected(err)
	}
	header := line[:len(line)-1]
	s.want, s.hex = want, hex.AppendEncode(s.hex[:0], want[:s.hashLen])
	rest, ok := bytes.CutPrefix(header, s.hex)
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return nil, outOfStep(fmt.Sprintf("expected object %s, got %q", s.hex, header[:min(len(header), 120)]))
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
		return nil, outOfStep(fmt.Sprintf("unexpected header %q", header[:min(len(header), 120)]))
	}
	s.object = Object{Kind: kind, Size: size}
	s.sum.Reset()
	s.sum.Write(append(rest, 0)) // rest ends before the line feed, which has been read
	return &s.object, s.content()
}

// content reads the content of s.object and the line feed after it. Of a TooLarge object it reads
// only the first HeadSize bytes.
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
	s.left, s.ended = size-keep, false
	if s.object.Problem == TooLarge {
		return nil // handLarge reads the rest
	}
	return s.end()
}

// end reads the line feed after a large object.
func (s *batchStream) end() error {
	if s.ended {
		return nil
	}
	end, err := s.from.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	s.ended = true
	return endOfContent(end)
}

// errOtherContent is what Read returns at the end of an object that has another id than s.want.
var errOtherContent = errors.New("the content has another id")

// Read reads the rest of a large object. It returns io.EOF once the object is complete and has the
// right id.
func (s *batchStream) Read(to []byte) (n int, err error) {
	if s.failed != nil {
		return 0, s.failed
	}
	if s.left == 0 {
		if s.failed = s.endLarge(); s.failed != nil {
			return 0, s.failed
		}
		return 0, io.EOF
	}
	n, err = s.from.Read(to[:min(int64(len(to)), s.left)])
	s.sum.Write(to[:n])
	s.left -= int64(n)
	s.streamed += int64(n)
	s.failed = unexpected(err)
	return n, s.failed
}

// endLarge reads the line feed after a large object and verifies the object.
func (s *batchStream) endLarge() error {
	if err := s.end(); err != nil {
		return err
	}
	if s.verify(); s.object.Problem == Corrupt {
		return errOtherContent
	}
	return nil
}

// handLarge hands out an object that exceeds the size limit: to `large` or, if that is nil, to
// `visit` without the rest of the content. It reads the object to its end. If the object is
// Corrupt, it calls `visit` after `large`. It stops early if `large` returns an error although the
// stream did not fail.
func (s *batchStream) handLarge(i int, large func(i int, object *Object, rest io.Reader) error, visit func(i int, object *Object) error) (visitErr, readErr error) {
	if large != nil {
		object := s.object
		if err := large(i, &object, s); err != nil && s.failed == nil {
			return err, nil
		}
	}
	handedOut := s.streamed
	if _, err := io.Copy(io.Discard, s); err != nil && !errors.Is(err, errOtherContent) {
		return nil, err
	}
	s.streamed = handedOut
	if large == nil || s.object.Problem == Corrupt {
		return visit(i, &s.object), nil
	}
	return nil, nil
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
		return otherLength
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
