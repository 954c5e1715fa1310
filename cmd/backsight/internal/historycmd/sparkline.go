package historycmd

import (
	"bufio"
	"bytes"
	"strings"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
)

var bars = strings.Split("▁▂▃▄▅▆▇█", "")

// maxSparkline is the largest width of a sparkline, in columns. When there are more points, the
// sparkline shows only some of them, at even distances.
const maxSparkline = 60

// sparkline draws a row on a scale from 0 to the greatest value that it shows. An unknown point is
// "·". A time at which the repository had no commit is a space.
func sparkline(row []point) string {
	shown := row
	if len(row) > maxSparkline {
		shown = make([]point, maxSparkline)
		for i := range shown {
			shown[i] = row[i*(len(row)-1)/(maxSparkline-1)]
		}
	}
	var greatest int64
	for _, p := range shown {
		greatest = max(greatest, p.value)
	}
	var b strings.Builder
	b.Grow(len(bars[0]) * len(shown))
	for _, p := range shown {
		switch {
		case p.unknown:
			b.WriteString("·")
		case p.absent:
			b.WriteByte(' ')
		case greatest == 0:
			b.WriteString(bars[0])
		default:
			b.WriteString(bars[int(p.value*int64(len(bars)-1)/greatest)])
		}
	}
	return b.String()
}

// table aligns its first columns, which contain texts, to the left, and the columns after them,
// which contain numbers, to the right.
type table struct{ rows [][]string }

// add adds a row of cells, after output.Clean.
func (t *table) add(row ...string) {
	for i, cell := range row {
		row[i] = output.Clean(cell)
	}
	t.rows = append(t.rows, row)
}

func (t *table) print(b *bufio.Writer) {
	width := make([]int, len(t.rows[0]))
	left := 0 // how many columns are aligned to the left
	for _, row := range t.rows {
		for i, cell := range row {
			width[i] = max(width[i], output.Columns(cell))
			switch cell {
			case "REPOSITORY", "LANGUAGE", "TREND", "SUBJECT":
				left = max(left, i+1)
			}
		}
	}
	var line []byte // reused, because counts by value can have 100,000 rows
	for _, row := range t.rows {
		line = line[:0]
		for i, cell := range row {
			space := width[i] - output.Columns(cell)
			if i < left {
				line = append(line, cell...)
			}
			for range space {
				line = append(line, ' ')
			}
			if i >= left {
				line = append(line, cell...)
			}
			line = append(line, "  "...)
		}
		b.Write(bytes.TrimRight(line, " "))
		b.WriteByte('\n')
	}
}
