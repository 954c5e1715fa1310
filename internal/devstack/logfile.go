package devstack

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

const (
	// A log that is larger than this when its server starts is put aside, and the one put aside before it is lost.
	maxLogSize = 10 << 20
	// What is looked at of a failed start's output, and how many lines of either end an error message quotes: enough for
	// Postgres's FATAL, DETAIL and HINT, not for a stack trace.
	readBytes   = 64 << 10
	quotedLines = 4
)

// openLog opens a server's log for appending. The server writes to the file itself, not through a pipe of ours: it
// must not stumble over our death. offset is where its words will begin.
func openLog(path string) (log *os.File, offset int64, err error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogSize {
		if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, 0, err
		}
	}
	log, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	offset, err = log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, errors.Join(err, log.Close())
	}
	return log, offset, nil
}

// logFrom returns what was written to a log from offset on, the beginning of it where that is a lot; "" when it cannot be
// read.
func logFrom(path string, offset int64) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.NewSectionReader(file, offset, readBytes))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// excerpt keeps the first and the last lines: a Go program's panic begins with its reason, Postgres ends with it.
func excerpt(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 2*quotedLines {
		lines = slices.Concat(lines[:quotedLines], []string{"…"}, lines[len(lines)-quotedLines:])
	}
	return strings.Join(lines, "\n")
}

// quoteOutput makes a server's output fit to end an error message.
func quoteOutput(output, path string) string {
	if output == "" {
		return "; see " + path
	}
	return "; see " + path + ", which says:\n" + excerpt(output)
}
