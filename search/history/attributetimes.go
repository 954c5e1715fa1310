package history

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/internal/gitattributes"
)

// attributeTimes says which attributes files have in which commits of a search, according to an
// index. `first` and `after` in the following types are ranks of commits, as in occurrence: a range
// from `first` up to but excluding `after`.
type attributeTimes struct {
	attributes *attributes
	commits    int32
	own        map[string][]ownAttributes // by folder: its .gitattributes files
	folders    map[string][]contextSpan

	lastFolder string
	lastSpans  []contextSpan   // of lastFolder
	spans      []attributeSpan // the last result of files
}

// ownAttributes is a .gitattributes file of a folder in a range of commits.
type ownAttributes struct {
	blob         gitrepo.Hash
	first, after int32
}

// A contextSpan is the context of a folder in a range of commits.
type contextSpan struct {
	context      *gitattributes.Context
	first, after int32
}

// An attributeSpan is a file with its attributes in a range of commits.
type attributeSpan struct {
	file         name
	first, after int32
}

// attributeTimes reads the .gitattributes files of the search. It returns nil if no such file
// matters. `older` has, by position in the index, the number of the search's commits that are
// older. If a file cannot be read, it returns errAttributes.
func (s *search) attributeTimes(ctx context.Context, x *index.Index, names *index.Paths, hashes *index.Hashes, older []int32) (*attributeTimes, error) {
	a := s.graph.asked.attributes
	if a == nil {
		return nil, nil
	}
	paths, err := names.Named(gitattributes.FileName)
	if err != nil || len(paths) == 0 {
		return nil, err
	}
	t := &attributeTimes{attributes: a, commits: older[len(older)-1], own: map[string][]ownAttributes{}, folders: map[string][]contextSpan{}}
	var blobs []gitrepo.Hash
	err = x.EachLifetimeOf(paths, func(l index.Lifetime, file string) error {
		own := ownAttributes{first: older[l.From], after: older[l.To]}
		if own.first == own.after {
			return nil
		}
		var err error
		if own.blob, err = hashes.Of(l.Blob); err != nil {
			return err
		}
		folder, _ := path.Split(file)
		t.own[folder] = append(t.own[folder], own)
		blobs = append(blobs, own.blob)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.readAttributes(ctx, blobs); err != nil {
		return nil, err
	}
	matters := false
	for _, blob := range blobs {
		f := a.files[blob]
		if f.fault != nil {
			return nil, errAttributes
		}
		matters = matters || f.rules.Matters()
	}
	if !matters {
		return nil, nil
	}
	return t, nil
}

// of returns the contexts of a folder, which is "" or ends in a slash, in the order of commits.
func (t *attributeTimes) of(folder string) []contextSpan {
	if known, ok := t.folders[folder]; ok {
		return known
	}
	spans := []contextSpan{{first: 0, after: t.commits}}
	if folder != "" {
		above, base := path.Split(strings.TrimSuffix(folder, "/"))
		spans = nil
		for _, s := range t.of(above) {
			s.context = t.attributes.table.Enter(s.context, base)
			spans = appendSpan(spans, s)
		}
	}
	if own := t.own[folder]; len(own) > 0 {
		spans = t.split(spans, own, folder == "")
	}
	t.folders[folder] = spans
	return spans
}

// split adds the rules of a folder's own .gitattributes files, which are in the order of commits,
// to the folder's contexts. `root` says that it is the root folder.
func (t *attributeTimes) split(spans []contextSpan, own []ownAttributes, root bool) (out []contextSpan) {
	for _, s := range spans {
		at := s.first
		for _, o := range own {
			first, after := max(o.first, s.first), min(o.after, s.after)
			if first >= after {
				continue
			}
			if at < first {
				out = appendSpan(out, contextSpan{s.context, at, first})
			}
			c, _ := t.attributes.add(s.context, o.blob, root) // no file has a fault
			out = appendSpan(out, contextSpan{c, first, after})
			at = after
		}
		if at < s.after {
			out = appendSpan(out, contextSpan{s.context, at, s.after})
		}
	}
	return out
}

// appendSpan appends a span, or extends the last one if the context is the same.
func appendSpan(spans []contextSpan, s contextSpan) []contextSpan {
	if n := len(spans); n > 0 && spans[n-1].context == s.context {
		spans[n-1].after = s.after
		return spans
	}
	return append(spans, s)
}

// files returns the file with the number `at` in the index: one span, in the order of commits, for
// each range of commits in which its attributes are the same. The result is valid until the next
// call.
func (t *attributeTimes) files(g *graph, names *index.Paths, at int) ([]attributeSpan, error) {
	text, err := names.Name(at)
	if err != nil {
		return nil, err
	}
	slash := strings.LastIndexByte(text, '/') + 1
	if folder := text[:slash]; t.lastSpans == nil || folder != t.lastFolder { // paths are sorted
		t.lastFolder, t.lastSpans = folder, t.of(folder)
	}
	t.spans = t.spans[:0]
	for _, s := range t.lastSpans {
		number := t.attributes.number(s.context, text[slash:])
		if n := len(t.spans); n > 0 && t.spans[n-1].file.attributes == number {
			t.spans[n-1].after = s.after
			continue
		}
		span := attributeSpan{first: s.first, after: s.after}
		// A file can have the same attributes again.
		if known := slices.IndexFunc(t.spans, func(s attributeSpan) bool { return s.file.attributes == number }); known >= 0 {
			span.file = t.spans[known].file
		} else {
			span.file = g.fileAt(text, number)
		}
		t.spans = append(t.spans, span)
	}
	return t.spans, nil
}
