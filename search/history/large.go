package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/match"
)

// Sizes in bytes of the parts in which a file above Request.MaxBlobSize is matched. A part ends at
// a line end, or at the end of the file, so it is larger than usual if it has a long line.
const (
	usualPart = 4 << 20
	maxPart   = 64 << 20
	firstPart = 64 << 10 // the least size of the first part, unless the file is smaller
)

var longLine = fmt.Sprintf("a line has more than %d bytes", maxPart)

// A largeFile matches a file in parts, for each of its units.
type largeFile struct {
	counts  *counts
	units   []largeUnit
	problem string // why the file cannot be matched in parts, or ""
}

type largeUnit struct {
	unit       int32
	path       string
	stream     *match.Stream // nil if the query does not need the content
	counter    *values.Counter
	predicates []*match.PredicateStream // by predicate; nil if it does not need the content
}

// large matches a blob that exceeds Request.MaxBlobSize. The stream `rest` has the content after
// object.Data. large returns the number of the blob's units, or 0 if the object is not a blob. If
// it cannot read the stream, it records nothing and returns an error.
func (c *counts) large(blob int32, object *gitrepo.Object, rest io.Reader) (matches int64, err error) {
	if object.Kind != gitrepo.KindBlob || match.IsBinary(object.Data) {
		return c.blob(0, blob, object), nil
	}
	f := &largeFile{counts: c}
	for u := c.graph.ofBlob[blob]; u >= 0; u = c.graph.units[u].next {
		f.units = append(f.units, c.largeUnit(u, object.Size))
	}
	complete, err := eachPart(match.NewTextReader(object.Data, rest), f.add)
	if err != nil {
		return 0, err
	}
	if !complete {
		f.problem = longLine
	}
	for i := range f.units {
		f.record(&f.units[i])
	}
	if f.problem != "" {
		c.fault(blob, gitrepo.TooLarge, fmt.Sprintf("%s; %s", object.Detail, f.problem))
	}
	return int64(len(f.units)), nil
}

func (c *counts) largeUnit(u int32, size int64) largeUnit {
	asked := c.graph.asked
	unit := largeUnit{unit: u, path: c.graph.path(c.graph.units[u].path), predicates: make([]*match.PredicateStream, len(asked.predicates))}
	if m := c.graph.matcherOf(u); m != nil && m.Want(unit.path) == match.Content {
		var add func([]byte, int64)
		if c.values != nil {
			// A Counter of its own, because the values of an incomplete content are dropped.
			unit.counter = c.values.NewCounter()
			add = unit.counter.Add
		}
		unit.stream = m.Stream(unit.path, size, add)
	}
	for i, p := range asked.predicates {
		if p.Want(unit.path) == match.Content {
			unit.predicates[i] = p.Stream()
		}
	}
	return unit
}

func (f *largeFile) add(part []byte) {
	for _, u := range f.units {
		if u.stream != nil {
			u.stream.Add(part)
		}
		for _, p := range u.predicates {
			if p != nil {
				p.Add(part)
			}
		}
	}
}

// record ends the streams of a unit and stores the results. If the file has a problem, it stores
// only what the path alone decides. Otherwise it also stores the count, the values and the met
// predicates that the content decides; if a stream cannot tell its result, record sets f.problem.
func (f *largeFile) record(u *largeUnit) {
	c := f.counts
	c.record(0, u.unit, nil) // what the path alone decides
	if f.problem != "" {
		return
	}
	if u.stream != nil {
		n, problem := u.stream.Finish()
		switch {
		case problem != "":
			f.problem = problem
		case u.counter != nil && n > 0:
			c.n[u.unit] = n
			c.setValues(u.unit, u.counter)
		default:
			c.n[u.unit] = n
		}
	}
	for i, p := range u.predicates {
		if p == nil {
			continue
		}
		matches, known := p.Finish()
		if !known {
			f.problem = match.AcrossLines
		}
		if matches {
			c.met[u.unit] = append(c.met[u.unit], int32(i))
		}
	}
}

// readLarge does the same as match for a blob that exceeds Request.MaxBlobSize. The stream `rest`
// has the content after object.Data.
func (c *commitSearch) readLarge(blob int32, object *gitrepo.Object, rest io.Reader) error {
	switch {
	case object.Kind != gitrepo.KindBlob:
		c.fail(blob, gitrepo.Corrupt, "not a blob")
		c.done(false)
		return nil
	case match.IsBinary(object.Data):
		c.pairs.keep(blob, c.request.Matcher.Text(object.Data))
		c.filter(blob, object.Data)
		c.done(true)
		return nil
	}
	var text *match.Text
	few := true
	complete, err := eachPart(match.NewTextReader(object.Data, rest), func(part []byte) {
		if few && c.request.Matcher.NeedsLines() {
			text, few = c.request.Matcher.AddText(text, part)
		}
	})
	switch {
	case err != nil:
		return err
	case !complete:
		c.fail(blob, gitrepo.TooLarge, object.Detail+"; "+longLine)
	case !few:
		c.fail(blob, gitrepo.TooLarge, object.Detail+"; too many different lines of it match")
	default:
		if text != nil {
			c.pairs.keep(blob, text)
		}
		c.filter(blob, object.Data)
	}
	c.done(complete && few)
	return nil
}

// eachPart calls visit with one part of a content after another. If `complete` is false, a
// line is longer than maxPart, and visit did not get this line, nor what follows it.
func eachPart(content io.Reader, visit func(part []byte)) (complete bool, err error) {
	buffer := make([]byte, usualPart)
	held, least := 0, firstPart
	for {
		last := false
		for held < len(buffer) && !last {
			n, err := content.Read(buffer[held:])
			held += n
			if last = errors.Is(err, io.EOF); err != nil && !last {
				return false, err
			}
		}
		end := held
		if !last {
			end = bytes.LastIndexByte(buffer[:held], '\n') + 1
		}
		if end >= least || last && end > 0 {
			least = 1
			visit(buffer[:end])
			held = copy(buffer, buffer[end:held])
		}
		if last {
			return true, nil
		}
		if held == len(buffer) {
			// A short line may precede the long one in the first part.
			if len(buffer) == maxPart+firstPart {
				return false, nil
			}
			larger := make([]byte, min(2*len(buffer), maxPart+firstPart))
			copy(larger, buffer)
			buffer = larger
		}
	}
}
