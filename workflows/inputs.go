package workflows

import (
	"time"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// RepositoryInput names the samples of a RepositoryWorkflow: the pending ones of a plan in the
// repositories From..Through.
type RepositoryInput struct {
	SeriesID string `json:"seriesId"`
	Plan     int    `json:"plan"`
	From     int64  `json:"from"`
	Through  int64  `json:"through"`
	// Unfold skips the common search: a batch immediately starts a RepositoryWorkflow for each
	// repository, and a single repository a FrameWorkflow for each sample time.
	Unfold bool `json:"unfold,omitempty"`
	// Shards is the number of shards. All repositories of a batch belong to one shard. 0 means 1.
	Shards int `json:"shards,omitempty"`
	// Label names the batch for people.
	Label string `json:"label,omitempty"`
}

func (in RepositoryInput) samples() activities.Range {
	return activities.Range{SeriesID: in.SeriesID, Plan: in.Plan, From: in.From, Through: in.Through}
}

func (in RepositoryInput) queue() string {
	return contract.SearchQueueOf(insights.ShardOf(in.From, in.Shards))
}

// RepositoryResult is the result of a RepositoryWorkflow or a FrameWorkflow.
type RepositoryResult struct {
	// Tally counts the samples of the workflow, as they are in the ledger. Zero when Interrupted.
	Tally insights.Completeness `json:"tally"`
	// Interrupted is true when the workflow was cancelled, for example by a pause. Samples that no
	// search has settled are still pending.
	Interrupted bool `json:"interrupted,omitempty"`
}

// FrameInput names one sample.
type FrameInput struct {
	SeriesID     string    `json:"seriesId"`
	Plan         int       `json:"plan"`
	RepositoryID int64     `json:"repositoryId"`
	Time         time.Time `json:"time"`
	Shards       int       `json:"shards,omitempty"`
}

func (in FrameInput) samples() activities.Range {
	return activities.Range{SeriesID: in.SeriesID, Plan: in.Plan, From: in.RepositoryID, Through: in.RepositoryID, At: &in.Time}
}

func (in FrameInput) queue() string {
	return contract.SearchQueueOf(insights.ShardOf(in.RepositoryID, in.Shards))
}

func (in FrameInput) id() string {
	return contract.FrameID(in.SeriesID, in.Plan, in.RepositoryID, in.Time)
}
