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
	// When a server starts and its log is larger than this many bytes, the log is renamed to *.old,
	// replacing an earlier one.
	maxLogSize = 10 << 20
	// readBytes is how much of the output of a failed start is read. quotedLines is how many lines
	// an error message quotes from its start and from its end: enough for Postgres's FATAL, DETAIL
	// and HINT, and too few for a stack trace.
	readBytes   = 64 << 10
	quotedLines = 4
)

// openLog opens a server's log for appending. The server writes to the file itself and not to a
// pipe of this process, because it must be able to write after this process has died. offset is
// where the server's output will begin.
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

// logFrom returns what was written to a log from offset on, up to readBytes bytes. It returns ""
// when the log cannot be read.
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

// excerpt keeps the first and the last lines: the reason is at the start of a Go program's panic,
// and at the end of Postgres's output.
func excerpt(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 2*quotedLines {
		lines = slices.Concat(lines[:quotedLines], []string{"…"}, lines[len(lines)-quotedLines:])
	}
	return strings.Join(lines, "\n")
}

// quoteOutput returns a suffix for an error message: the path of the log, and an excerpt of the
// server's output.
func quoteOutput(output, path string) string {
	if output == "" {
		return "; see " + path
	}
	return "; see " + path + ", which contains:\n" + excerpt(output)
}
