package servecmd

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/backsight/backsight/insights"
)

// logFlags are the flags of every service.
type logFlags struct {
	LogLevel  slog.Level `default:"info" env:"BACKSIGHT_LOG_LEVEL" help:"The lowest level of messages to log: debug, info, warn or error." placeholder:"LEVEL"`
	LogFormat string     `enum:"text,json" default:"text" env:"BACKSIGHT_LOG_FORMAT" help:"The format of the log: text or json."`
}

func (f logFlags) logger(w io.Writer) *slog.Logger { return slog.New(f.handler(w, f.LogLevel)) }

func (f logFlags) handler(w io.Writer, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// maxLogBytes is the size above which openLog renames a log file to *.old, which replaces an
// earlier one.
const maxLogBytes = 16 << 20

// openLog opens a file in the log folder of the data directory for appending. Its errors have the
// code Invalid.
func openLog(dataDir, name string) (*os.File, error) {
	path := filepath.Join(dataDir, "log", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, insights.Errorf(insights.Invalid, "data directory %s: %w", dataDir, err)
	}
	if info, err := os.Stat(path); err == nil && info.Size() > maxLogBytes {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, insights.Errorf(insights.Invalid, "data directory %s: %w", dataDir, err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "data directory %s: %w", dataDir, err)
	}
	return file, nil
}
