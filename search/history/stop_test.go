package history

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/match"
)

// stopAfter is a context that ends when Err has been called n times.
type stopAfter struct {
	context.Context
	n int
}

func (s *stopAfter) Err() error {
	if s.n--; s.n < 0 {
		return errors.New("enough")
	}
	return nil
}

// At least once per checkEvery paths, a search checks whether its context has ended.
func TestNewCounts_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	g := newGraph(ask(compile(t, "type:path x", false)), 20)
	for i := range 10 * checkEvery {
		name := &name{text: fmt.Sprint(i), in: g.root, path: int32(i), want: match.Path}
		g.paths = append(g.paths, name)
		g.unitFor(name, gitrepo.Hash{})
	}
	ctx := &stopAfter{t.Context(), 3}
	_, err := newCounts(ctx, g, 1, Request{}.ValueLimits)
	require.Error(t, err)
	require.GreaterOrEqual(t, ctx.n, -2, "it stopped at once")
}
