package contract

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"golang.org/x/sync/errgroup"
)

// WorkerPolling reports whether a worker asked for workflow tasks within the last minute.
func (c *Client) WorkerPolling(ctx context.Context) (bool, error) {
	return c.polled(ctx, Queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
}

func (c *Client) polled(ctx context.Context, queue string, kind enumspb.TaskQueueType) (bool, error) {
	response, err := c.temporal.DescribeTaskQueue(ctx, queue, kind)
	if err != nil {
		return false, clientError("task queue "+queue, err)
	}
	for _, poller := range response.GetPollers() {
		if time.Since(poller.GetLastAccessTime().AsTime()) < time.Minute {
			return true, nil
		}
	}
	return false, nil
}

// concurrentDescribes is how many task queues ShardsWithoutPoller asks about at a time.
const concurrentDescribes = 16

// ShardsWithoutPoller returns which of the shards 0 to shards-1 have a search queue that no worker
// has polled within the last minute. It asks about up to 16 queues at a time.
func (c *Client) ShardsWithoutPoller(ctx context.Context, shards int) (idle []int, err error) {
	polled := make([]bool, max(1, shards))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(concurrentDescribes)
	for shard := range polled {
		group.Go(func() (err error) {
			polled[shard], err = c.polled(ctx, SearchQueueOf(shard), enumspb.TASK_QUEUE_TYPE_ACTIVITY)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for shard, polled := range polled {
		if !polled {
			idle = append(idle, shard)
		}
	}
	return idle, nil
}

// LimitSearches limits how many search activities all workers together start per second, in all
// shards; each shard gets an equal part. A search activity searches a batch, or a repository at one
// time. 0 means no limit. LimitSearches writes only limits that differ from those of the server.
// For a server before 1.29, which has no such limit, it returns Unavailable unless `perSecond` is
// 0.
func (c *Client) LimitSearches(ctx context.Context, perSecond float64, shards int) error {
	for shard := range max(1, shards) {
		queue := SearchQueueOf(shard)
		limit := float32(perSecond / float64(max(1, shards)))
		now, err := c.searchLimit(ctx, queue)
		if err == nil && now != limit {
			err = c.setSearchLimit(ctx, queue, limit)
		}
		if _, old := errors.AsType[*serviceerror.Unimplemented](err); old && perSecond <= 0 {
			return nil // the server has no limits, so there is none to remove
		}
		if err != nil {
			return clientError("task queue "+queue+": limit", err)
		}
	}
	return nil
}

// searchLimit returns the limit of a queue that LimitSearches has set, 0 for none.
func (c *Client) searchLimit(ctx context.Context, queue string) (float32, error) {
	described, err := c.temporal.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace: c.namespace, TaskQueue: &taskqueuepb.TaskQueue{Name: queue}, TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY, ReportConfig: true,
	})
	if err != nil {
		return 0, err
	}
	return described.GetConfig().GetQueueRateLimit().GetRateLimit().GetRequestsPerSecond(), nil
}

func (c *Client) setSearchLimit(ctx context.Context, queue string, perSecond float32) error {
	update := &workflowservice.UpdateTaskQueueConfigRequest_RateLimitUpdate{Reason: "the setting backsight.search.clusterRate"}
	if perSecond > 0 {
		update.RateLimit = &taskqueuepb.RateLimit{RequestsPerSecond: perSecond}
	}
	_, err := c.temporal.WorkflowService().UpdateTaskQueueConfig(ctx, &workflowservice.UpdateTaskQueueConfigRequest{
		Namespace: c.namespace, Identity: "backsight", TaskQueue: queue, TaskQueueType: enumspb.TASK_QUEUE_TYPE_ACTIVITY, UpdateQueueRateLimit: update,
	})
	return err
}
