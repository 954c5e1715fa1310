package workflows_test

import (
	"context"
	"fmt"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
)

// The activities of a fakeLedger that the workflows of schedules call.

func (l *fakeLedger) List(context.Context, int64) (activities.ListResult, error) {
	return activities.ListResult{IDs: []int64{1, 2, 3}, Batches: l.together, Last: true, Shards: l.shards}, nil
}

func (l *fakeLedger) One(_ context.Context, id int64) (activities.ListResult, error) {
	return activities.ListResult{IDs: []int64{id}, Last: true, Shards: l.shards}, nil
}

func (l *fakeLedger) Repositories(context.Context, []int64) error { return nil }

func (l *fakeLedger) Repository(_ context.Context, id int64) error {
	if id == 2 {
		return failure(insights.Internal, "broken")
	}
	return nil
}

func (l *fakeLedger) Archive(_ context.Context, after int64) (activities.RetentionResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retained = append(l.retained, fmt.Sprint("archive ", after))
	var result activities.RetentionResult
	if int(after) < len(l.archive) {
		result.Archived = l.archive[after]
	}
	if int(after)+1 < len(l.archive) {
		result.Next = after + 1
	}
	return result, nil
}

func (l *fakeLedger) pruner(what string) func(context.Context) (activities.RetentionResult, error) {
	return func(context.Context) (activities.RetentionResult, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.retained = append(l.retained, what)
		if l.prune[what] == 0 {
			return activities.RetentionResult{}, nil
		}
		l.prune[what]--
		return activities.RetentionResult{Pruned: 1, More: true}, nil
	}
}
