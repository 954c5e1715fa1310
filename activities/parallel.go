package activities

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// inParallel calls `do` for each item, four items at a time, because `do` waits for git, network
// and disk more than for a core. When `limit` has passed, it starts no further call, and leaves the
// remaining items out without an error. After an error it cancels the other calls. It returns the
// first error, or the error of ctx.
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
