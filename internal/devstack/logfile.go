package devstack

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
)

const (
	// A log that is larger than this when its server starts is put aside, and the one put aside before it is lost.
	maxLogSize = 10 << 20
	// What an error message quotes of a log: enough for Postgres's FATAL, DETAIL and HINT, not for a stack trace.
	quotedBytes = 1500
	quotedLines = 8
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

// logTail returns the last lines of a log from offset on, "" when they cannot be read.
func logTail(path string, offset int64) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close() //nolint:errcheck // only read
	if size, err := file.Seek(0, io.SeekEnd); err == nil {
		offset = max(offset, size-quotedBytes)
	}
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(file, quotedBytes))
	if err != nil {
		return ""
	}
	return lastLines(string(text))
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-quotedLines):], "\n")
}

// quoteTail is logTail made fit to end an error message.
func quoteTail(path string, offset int64) string {
	return quoteOutput(logTail(path, offset), path)
}

func quoteOutput(output, path string) string {
	if output == "" {
		return "; see " + path
	}
	return "; see " + path + ", which ends:\n" + output
}
