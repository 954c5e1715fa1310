package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Streams are what commands print to: results to Out, everything else to Err.
type Streams struct{ Out, Err io.Writer }

// ErrReported is returned by a command that has printed what is wrong, for example partial samples.
// The exit status is 1 and main prints no further message.
var ErrReported = errors.New("the output says what is wrong")

// JSON prints v as one line of JSON.
func JSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// Done reports that a command without a result has succeeded: with the message, or as an empty JSON
// object.
func Done(s *Streams, asJSON bool, message string) error {
	if asJSON {
		return JSON(s.Out, struct{}{})
	}
	_, err := fmt.Fprintln(s.Out, Clean(message))
	return err
}

// List prints items one after the other, as lines of JSON or as rows of a table. Callers must call
// End.
type List struct {
	out   io.Writer
	table *Table // nil: JSON
}

// NewList starts a list. The header is that of the table.
func NewList(s *Streams, asJSON bool, header ...string) List {
	if asJSON {
		return List{out: s.Out}
	}
	return List{table: NewTable(s.Out, header...)}
}

// Add prints v as JSON, or keeps the cells as a row of the table.
func (l List) Add(v any, cells ...string) error {
	if l.table == nil {
		return JSON(l.out, v)
	}
	l.table.Row(cells...)
	return nil
}

// End prints the table.
func (l List) End() error {
	if l.table == nil {
		return nil
	}
	return l.table.Flush()
}
