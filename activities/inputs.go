package activities

import (
	"time"

	"github.com/backsight/backsight/insights"
)

// Range names samples of one plan: those of the repositories From..Through (ids, both included) at
// all of the plan's times or, if At is set, only at this time.
type Range struct {
	SeriesID string     `json:"seriesId"`
	Plan     int        `json:"plan"`
	From     int64      `json:"from"`
	Through  int64      `json:"through"`
	At       *time.Time `json:"at,omitempty"`
}

// BeginInput asks for a plan of every repository in the series' scope at each of Times. A catch-up
// backfill covers only the repositories that lack samples at some of these times. A retry plans the
// samples of Selection instead.
type BeginInput struct {
	SeriesID string            `json:"seriesId"`
	Kind     insights.PlanKind `json:"kind"`
	Times    []time.Time       `json:"times"`
	// Points is the number of points that an extension gives the series. Times holds only the new
	// times.
	Points int `json:"points,omitempty"`
	// Note says why a catch-up backfill is planned. It is shown to users.
	Note string `json:"note,omitempty"`
	// Selection says which samples a retry computes again.
	Selection insights.Selection `json:"selection,omitzero"`
}

// BeginResult has the number of the plan and the tally that goes with it: a snapshot's own tally,
// and otherwise that of the whole series. Plan is 0 for a retry that selects no sample.
type BeginResult struct {
	Plan  int                   `json:"plan"`
	Tally insights.Completeness `json:"tally"`
}

// CancelInput names a plan to be cancelled. Reason is shown to users.
type CancelInput struct {
	SeriesID string `json:"seriesId"`
	Plan     int    `json:"plan"`
	Reason   string `json:"reason"`
}

// PageInput asks for the next page of a plan's pending work: repositories with an id above After.
type PageInput struct {
	SeriesID string `json:"seriesId"`
	Plan     int    `json:"plan"`
	After    int64  `json:"after"`
}

// PageResult is a page: work for about a minute, in at most MaxBatches batches, largest first.
type PageResult struct {
	Batches []Batch `json:"batches"`
	// Next is the cursor of the page after this one.
	Next int64 `json:"next"`
	// Last is true when no repository with an id above Next has a pending sample of the plan. If it
	// is false, the next page may be empty.
	Last bool `json:"last"`
	// Window is how many of the batches may be in flight at a time. 0 leaves it to the workflow.
	Window int `json:"window,omitempty"`
	// Shards is the number of shards. All repositories of a batch belong to one shard. 0 means 1.
	Shards int `json:"shards,omitempty"`
}

// Batch is the work of one RepositoryWorkflow.
type Batch struct {
	From    int64 `json:"from"`
	Through int64 `json:"through"`
	// Label names the batch for users: a repository's name, or "acme/api and 11 more".
	Label string `json:"label"`
	// Unfold is true for a repository whose frames each get a workflow of their own.
	Unfold bool `json:"unfold,omitempty"`
	// Before is the tally of the batch's range when the page was read.
	Before insights.Completeness `json:"before"`

	cost int64
}

// TallyInput asks for the tally that goes with a plan: the snapshot's own tally if the plan is a
// snapshot, and otherwise that of the whole series. Plan 0 asks for the tally of the whole series.
type TallyInput struct {
	SeriesID string `json:"seriesId"`
	Plan     int    `json:"plan,omitempty"`
}

// CompleteInput names the plan to complete.
type CompleteInput struct {
	SeriesID string `json:"seriesId"`
	Plan     int    `json:"plan"`
}

// CompleteResult has the tally that goes with the plan, as in BeginResult. Left is true when the
// plan was not completed, because it is not written in full or samples are still pending.
type CompleteResult struct {
	Tally insights.Completeness `json:"tally"`
	Left  bool                  `json:"left,omitempty"`
}

// PendingResult lists the repositories of a range that have pending samples, by id. For a range of
// one repository, it also lists the times to search, newest first: the newest time for each commit
// or, if the values of the series belong to intervals, every time. Both lists are cut at
// MaxPending.
type PendingResult struct {
	Repositories []int64     `json:"repositories"`
	Times        []time.Time `json:"times"`
}

// FailInput ends the pending samples of a range as failed. Users group samples by Code and read
// Reason.
type FailInput struct {
	Range
	Code   insights.ReasonCode `json:"code"`
	Reason string              `json:"reason"`
}

// FailuresResult says whether all samples that were searched in a range failed for one reason. The
// other fields are set only when they did.
type FailuresResult struct {
	Alike        bool                `json:"alike,omitempty"`
	Code         insights.ReasonCode `json:"code,omitempty"`
	Reason       string              `json:"reason,omitempty"` // the text of one of the samples
	Samples      int64               `json:"samples,omitempty"`
	Repositories int64               `json:"repositories,omitempty"`
}

// ListResult is a page of repositories to be synced.
type ListResult struct {
	// IDs are repositories that get one activity each: those that are not local, and the repository
	// of Sync.One.
	IDs []int64 `json:"ids"`
	// Batches are groups of ids of local repositories; one activity reads a whole group. They are
	// not the batches of a plan's page.
	Batches [][]int64 `json:"batches,omitempty"`
	// Unchanged is the number of repositories that have not changed since their last sync. They
	// need no activity.
	Unchanged int64 `json:"unchanged,omitempty"`
	// Next is the cursor of the page after this one, if Last is false.
	Next int64 `json:"next,omitempty"`
	// Last is true when there is no page after this one.
	Last bool `json:"last"`
	// Window is how many activities may be in flight at a time. 0 leaves it to the workflow.
	Window int `json:"window,omitempty"`
	// Shards is the number of shards. All repositories of a batch belong to one shard. 0 means 1.
	Shards int `json:"shards,omitempty"`
}

// CatchUpResult has the times of a catch-up backfill and a note for users that names up to five of
// its repositories. Times is empty if no catch-up backfill is needed now.
type CatchUpResult struct {
	Times []time.Time `json:"times,omitempty"`
	Note  string      `json:"note,omitempty"`
}

// SnapshotPage lists series that can take snapshots. Next is the cursor of the page after this one,
// which may be empty; 0 when there is none.
type SnapshotPage struct {
	SeriesIDs []string `json:"seriesIds"`
	Next      int64    `json:"next,omitempty"`
}

// RetentionResult says what one step of retention did. Next is the cursor of the next page of
// series, which may be empty; 0 when there is none. More is true when there may be more to prune.
// Archived and Restored count sample times; Pruned counts series or repositories.
type RetentionResult struct {
	Next     int64 `json:"next,omitempty"`
	More     bool  `json:"more,omitempty"`
	Archived int64 `json:"archived,omitempty"`
	Restored int64 `json:"restored,omitempty"`
	Pruned   int64 `json:"pruned,omitempty"`
}

// Bounds of what one activity returns, so that payloads stay small and histories short.
const (
	// MaxBatches bounds a page. 400 children cost their parent at most about 3,600 events, fewer
	// than the 4,096 at which the server suggests to continue as new.
	MaxBatches = 400
	// MaxPending bounds each list of PendingResult for the same reason.
	MaxPending = 300
)
