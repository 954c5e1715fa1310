package activities

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// inParallel calls do for each item, a few at a time: they wait for git, network and disk more than for a core. It begins no
// more of them after limit. The error is the first one, or that of ctx.
func inParallel[T any](ctx context.Context, items []T, limit time.Duration, do func(context.Context, T) error) error {
	const width = 4
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(width)
	started := time.Now()
	for _, item := range items {
		if groupCtx.Err() != nil || time.Since(started) > limit {
			break
		}
		group.Go(func() error { return do(groupCtx, item) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
