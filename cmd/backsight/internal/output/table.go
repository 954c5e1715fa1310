package output

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints aligned columns under a header.
type Table struct{ w *tabwriter.Writer }

// NewTable starts a table. Callers must call Flush.
func NewTable(w io.Writer, header ...string) *Table {
	t := &Table{tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)}
	t.Row(header...)
	return t
}

// Row adds a row of cells, after Clean.
func (t *Table) Row(cells ...string) {
	clean := make([]string, len(cells))
	for i, c := range cells {
		clean[i] = Clean(c)
	}
	fmt.Fprintln(t.w, strings.Join(clean, "\t")) // buffered; Flush returns errors
}

// Flush prints the table.
func (t *Table) Flush() error { return t.w.Flush() }

// Text returns *s, or a dash when s is nil or empty.
func Text(s *string) string {
	if s == nil || *s == "" {
		return "-"
	}
	return *s
}

// Bytes formats a size in powers of 1024.
func Bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	size, unit := float64(n), 0
	for size >= 1024 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}
