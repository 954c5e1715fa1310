package values

import (
	"errors"
	"fmt"
	"os"
)

// A spill is an append-only store of byte strings. It keeps them in pieces. If the pieces in memory
// exceed the budget, the oldest move to a temporary file. The file is unlinked, so it disappears
// however the process ends.
type spill struct {
	budget  int // in bytes
	pieces  []piece
	memory  int // bytes of pieces in memory
	oldest  int // index of the oldest piece in memory
	file    *os.File
	written int64
}

// A piece is a sequence of byte strings.
type piece struct {
	data []byte // nil if it is in the file
	at   int64  // offset in the file
}

// A location is where a byte string is stored. The zero location is that of the empty string.
type location struct {
	piece  int32
	at     int32
	length int32
}

// write stores a copy of `data` in memory. If the budget is used up, it first moves the oldest
// pieces to the file, and returns an error if that fails.
func (s *spill) write(data []byte) (location, error) {
	if len(data) == 0 {
		return location{}, nil
	}
	last := len(s.pieces) - 1
	if last < s.oldest || len(s.pieces[last].data)+len(data) > cap(s.pieces[last].data) {
		size := max(min(chunkSize, s.budget/4), len(data))
		for s.oldest <= last && s.memory+size > s.budget {
			if err := s.move(); err != nil {
				return location{}, err
			}
		}
		s.pieces = append(s.pieces, piece{data: make([]byte, 0, size)})
		s.memory += size
		last++
	}
	p := &s.pieces[last]
	where := location{piece: int32(last), at: int32(len(p.data)), length: int32(len(data))}
	p.data = append(p.data, data...)
	return where, nil
}

// move writes the oldest piece to the file.
func (s *spill) move() error {
	if s.file == nil {
		file, err := os.CreateTemp("", "backsight-values-*")
		if err != nil {
			return fmt.Errorf("values: make a temporary file (TMPDIR chooses the folder): %w", err)
		}
		s.file = file
		if err := os.Remove(file.Name()); err != nil {
			return fmt.Errorf("values: unlink the temporary file: %w", err)
		}
	}
	p := &s.pieces[s.oldest]
	if _, err := s.file.WriteAt(p.data, s.written); err != nil {
		return fmt.Errorf("values: write to a temporary file (TMPDIR chooses the folder): %w", err)
	}
	s.memory -= cap(p.data)
	p.at, s.written = s.written, s.written+int64(len(p.data))
	p.data = nil
	s.oldest++
	return nil
}

// read returns a byte string. It may use buf for data from the file, so the string is valid until
// buf is used again.
func (s *spill) read(w location, buf *[]byte) ([]byte, error) {
	if w.length == 0 {
		return nil, nil
	}
	p := s.pieces[w.piece]
	if p.data != nil {
		return p.data[w.at : w.at+w.length], nil
	}
	if cap(*buf) < int(w.length) {
		*buf = make([]byte, w.length)
	}
	data := (*buf)[:w.length]
	if _, err := s.file.ReadAt(data, p.at+int64(w.at)); err != nil {
		return nil, fmt.Errorf("values: read the temporary file: %w", err)
	}
	return data, nil
}

func (s *spill) close() error {
	file := s.file
	s.pieces, s.file = nil, nil
	if file == nil {
		return nil
	}
	if err := file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("values: close the temporary file: %w", err)
	}
	return nil
}
