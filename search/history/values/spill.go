package values

import (
	"errors"
	"fmt"
	"os"
)

// spill is an append-only store of byte strings: pieces in memory, the oldest of which move to a temporary file once they
// take more than the budget. The file has no name, so that nothing is left of it however the process ends.
type spill struct {
	budget  int // bytes
	pieces  []piece
	memory  int // bytes of pieces in memory
	oldest  int // the first piece in memory
	file    *os.File
	written int64
}

// piece is some byte strings, one after the other.
type piece struct {
	data []byte // nil: in the file
	at   int64  // where in the file
}

// place is where a byte string is. The zero place is the empty one.
type place struct {
	piece  int32
	at     int32
	length int32
}

// write keeps a copy of data. It writes to the file when memory is full; the error is the file's.
func (s *spill) write(data []byte) (place, error) {
	if len(data) == 0 {
		return place{}, nil
	}
	last := len(s.pieces) - 1
	if last < s.oldest || len(s.pieces[last].data)+len(data) > cap(s.pieces[last].data) {
		size := max(min(chunkSize, s.budget/4), len(data))
		for s.oldest <= last && s.memory+size > s.budget {
			if err := s.move(); err != nil {
				return place{}, err
			}
		}
		s.pieces = append(s.pieces, piece{data: make([]byte, 0, size)})
		s.memory += size
		last++
	}
	p := &s.pieces[last]
	where := place{piece: int32(last), at: int32(len(p.data)), length: int32(len(data))}
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

// read returns a byte string; it is valid until buf, into which what is in the file is read, is used again.
func (s *spill) read(w place, buf *[]byte) ([]byte, error) {
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
