// Package regular opens the files of repositories, which other people may have written. The opening
// of a named pipe waits for a writer, possibly for ever, and no context can end it. So this package
// opens regular files only, and returns ErrNot for anything else.
//
// Invariant: Open, ReadFile and Contains never wait for another process.
//
// Non-goals: no limit on the size of a file. Read next: package gitrepo.
package regular

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNot is the cause of an *fs.PathError for something that is not a regular file, or a symbolic
// link to one.
var ErrNot = errors.New("not a regular file")

// Open opens a regular file for reading, and returns its size in bytes. Callers must close it.
func Open(path string) (file *os.File, size int64, err error) {
	// O_NONBLOCK has no effect on a regular file. With it, the opening of a named pipe does not
	// wait.
	file, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNot}
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// ReadFile returns the content of a regular file.
func ReadFile(path string) ([]byte, error) {
	file, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// One byte more than the size, so that the read that fills the buffer also finds the end.
	text := make([]byte, 0, size+1)
	for {
		n, err := file.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
		if len(text) == cap(text) {
			text = append(text, 0)[:len(text)]
		}
	}
}

// Contains reports whether a regular file contains a text, with a buffer of a fixed size: the list
// of all refs of a repository can have megabytes.
func Contains(path string, text []byte) (bool, error) {
	file, size, err := Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	buffer := make([]byte, min(int(size), piece)+len(text))
	kept := 0 // bytes at the beginning of buffer, the end of the piece before
	for {
		n, err := io.ReadAtLeast(file, buffer[kept:], 1)
		whole := buffer[:kept+n]
		if bytes.Contains(whole, text) {
			return true, nil
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, err
		}
		kept = copy(buffer, whole[max(0, len(whole)-len(text)+1):])
	}
}

// piece is the number of bytes that Contains reads together.
const piece = 64 << 10
