package devstack

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/backsight/backsight/insights"
)

const (
	// maxLogSize is the size in bytes above which OpenLog renames a log.
	maxLogSize = 10 << 20
	// readBytes is the largest number of bytes of a server's output that is read. quotedLines is
	// how many lines an error message quotes from the start and from the end of the output: enough
	// for Postgres's FATAL, DETAIL and HINT, and too few for a stack trace.
	readBytes   = 64 << 10
	quotedLines = 4
)

// OpenLog opens a log for appending. If the log is larger than 10 MiB, OpenLog first renames it to
// *.old, replacing an earlier one. A child process that gets the file writes to it directly and not
// through a pipe, and so can still write after its parent has ended. Errors are of type
// *insights.Error with code Invalid.
func OpenLog(path string) (*os.File, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogSize {
		if err := os.Rename(path, path+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, insights.Errorf(insights.Invalid, "log file: %w; make its folder writable", err)
		}
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "log file: %w; make it writable", err)
	}
	return log, nil
}

// logFrom returns the content of a log from `offset` on, at most readBytes bytes. It returns ""
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

// excerpt returns a text of at most 2*quotedLines lines unchanged, and of a longer text the first
// and the last quotedLines lines. A Go panic states its reason first, and Postgres states its
// reason last.
func excerpt(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > 2*quotedLines {
		lines = slices.Concat(lines[:quotedLines], []string{"…"}, lines[len(lines)-quotedLines:])
	}
	return strings.Join(lines, "\n")
}

// quoteOutput returns a suffix for an error message: the path of the log and, if the server printed
// anything, an excerpt of its output.
func quoteOutput(output, path string) string {
	if output == "" {
		return "; see " + path
	}
	return "; see " + path + ", which contains:\n" + excerpt(output)
}
