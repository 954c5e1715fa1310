package servecmd

import (
	"io"
	"log/slog"
)

// logFlags are the flags for the log, which every service has.
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
