package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/backsight/backsight/insights"
)

// logFlags are the flags of everything that runs for long.
type logFlags struct {
	LogLevel  slog.Level `default:"info" env:"BACKSIGHT_LOG_LEVEL" help:"The least severe messages to log: debug, info, warn or error." placeholder:"LEVEL"`
	LogFormat string     `enum:"text,json" default:"text" env:"BACKSIGHT_LOG_FORMAT" help:"text or json."`
}

func (f logFlags) logger(w io.Writer) *slog.Logger { return slog.New(f.handler(w, f.LogLevel)) }

func (f logFlags) handler(w io.Writer, level slog.Level) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.NewJSONHandler(w, options)
	}
	return slog.NewTextHandler(w, options)
}

// maxLogBytes is the size at which a log file is put aside when it is opened; one old file is kept.
const maxLogBytes = 16 << 20

// openLog opens a file of the data directory's log folder for appending.
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

// both logs to two handlers, each at its own level.
type both struct{ a, b slog.Handler }

func (h both) Enabled(ctx context.Context, level slog.Level) bool {
	return h.a.Enabled(ctx, level) || h.b.Enabled(ctx, level)
}

func (h both) Handle(ctx context.Context, r slog.Record) error {
	var errs []error
	for _, one := range []slog.Handler{h.a, h.b} {
		if one.Enabled(ctx, r.Level) {
			errs = append(errs, one.Handle(ctx, r.Clone()))
		}
	}
	return errors.Join(errs...)
}

func (h both) WithAttrs(attrs []slog.Attr) slog.Handler {
	return both{h.a.WithAttrs(attrs), h.b.WithAttrs(attrs)}
}

func (h both) WithGroup(name string) slog.Handler {
	return both{h.a.WithGroup(name), h.b.WithGroup(name)}
}
