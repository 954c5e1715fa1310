package history

import (
	"slices"

	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/match"
)

// candidates are the blobs that may matter to the query or to one of its predicates.
type candidates struct {
	sets   []index.Bits
	all    bool
	byPath bool // some predicate reads only paths, so any path may matter
}

func candidatesOf(x *index.Index, asked *question, limit int64) (c candidates, ok bool, err error) {
	var required []match.Requirement
	if asked.matcher != nil {
		required = append(required, asked.matcher.Required())
	}
	for _, p := range asked.predicates {
		if p.PathsOnly() {
			c.byPath = true
		} else {
			required = append(required, p.Required())
		}
	}
	for _, r := range required {
		set, all, ok, err := x.Candidates(r, limit)
		if err != nil || !ok {
			return c, false, err
		}
		c.sets, c.all = append(c.sets, set), c.all || all
	}
	return c, true, nil
}

// none reports whether no file in the whole history can matter.
func (c *candidates) none() bool {
	return !c.all && !c.byPath && !slices.ContainsFunc(c.sets, func(set index.Bits) bool { return !set.Empty() })
}

func (c *candidates) has(blob int) bool {
	if c.all {
		return true
	}
	for _, set := range c.sets {
		if set.Has(blob) {
			return true
		}
	}
	return false
}
