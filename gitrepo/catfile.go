package gitrepo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// pipeBuffer is the size in bytes of what is read from git at once. Most objects lie in it whole and are handed out
// without a copy.
const pipeBuffer = 1 << 18

// catFile runs one `git cat-file --batch` over ids[i], i in wanted, and hands each object to visit. It returns how many
// it handed out. An *Error means that git died; any other error ends the reading.
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

	// git does not read on while its stdout is full, so a goroutine of its own feeds it.
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		defer stdin.Close()
		lines := bufio.NewWriterSize(stdin, 1<<15)
		line := make([]byte, 0, 65)
		for _, i := range wanted {
			line = append(hex.AppendEncode(line[:0], ids[i][:o.hashLen]), '\n')
			if _, err := lines.Write(line); err != nil {
				return // git is gone; Wait says why
			}
		}
		_ = lines.Flush() // as above
	}()

	stream := newBatchStream(stdout, o.hashLen, maxSize)
	var visitErr, readErr error
	for done < len(wanted) {
		object, err := stream.next(ids[wanted[done]])
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
		cancel() // git may be waiting for us to read on
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

// batchStream parses what `git cat-file --batch` prints: "<id> SP <type> SP <size> LF <content> LF", or
// "<id> SP missing LF".
type batchStream struct {
	from    *bufio.Reader
	hashLen int
	maxSize int64
	object  Object
	pending int    // bytes of from's buffer that the last object still occupies
	large   []byte // for objects that do not fit into from's buffer
	hex     []byte
}

func newBatchStream(from io.Reader, hashLen int, maxSize int64) *batchStream {
	return &batchStream{from: bufio.NewReaderSize(from, pipeBuffer), hashLen: hashLen, maxSize: maxSize}
}

// next returns the next object, which must be the one called want. It is valid until the next call.
// io.ErrUnexpectedEOF says that the stream ended before the object did.
func (s *batchStream) next(want Hash) (*Object, error) {
	if _, err := s.from.Discard(s.pending); err != nil {
		return nil, unexpected(err)
	}
	s.pending = 0
	line, err := s.from.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("no end of line in %q", line[:min(len(line), 80)])
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
	if _, err := io.CopyN(io.Discard, s.from, size-keep); err != nil {
		return unexpected(err)
	}
	end, err := s.from.ReadByte()
	if err != nil {
		return unexpected(err)
	}
	return endOfContent(end)
}

// readLarge reads n bytes into s.large. It grows as bytes arrive, so that a header that lies about the size cannot make
// us allocate what never comes.
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
		return fmt.Errorf("content is followed by %q, not by a line feed", b)
	}
	return nil
}

// parseSize reads a decimal number of at most 18 digits.
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
