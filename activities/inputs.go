package activities

import (
	"time"

	"github.com/backsight/backsight/insights"
)

// Range names samples of one generation: those of the repositories From..Through (ids, both included), at all the
// generation's times, or only at At.
type Range struct {
	SeriesID   string     `json:"seriesId"`
	Generation int        `json:"generation"`
	From       int64      `json:"from"`
	Through    int64      `json:"through"`
	At         *time.Time `json:"at,omitempty"`
	// Snapshot is true for a generation that is a snapshot.
	Snapshot bool `json:"snapshot,omitempty"`
}

// BeginInput asks for a plan: every repository in the series' scope at each of Times, or for a retry what Selection says.
type BeginInput struct {
	SeriesID string      `json:"seriesId"`
	Kind     string      `json:"kind"` // store.Backfill, Recording, Extension, Joining, Retry or Snapshot
	Times    []time.Time `json:"times"`
	// Points is what an extension gives the series; Times are those that come with it.
	Points int `json:"points,omitempty"`
	// Note says why a joining is planned.
	Note string `json:"note,omitempty"`
	// Selection is which samples a retry takes up.
	Selection insights.Selection `json:"selection,omitzero"`
	// Rest is in histories of earlier versions, which wrote very long plans in two parts. A plan is always written to its end.
	Rest bool `json:"rest,omitempty"`
}

// CancelInput names a generation of which nothing more is to be done, and why.
type CancelInput struct {
	SeriesID   string `json:"seriesId"`
	Generation int    `json:"generation"`
	Reason     string `json:"reason"`
}

// BeginResult names the generation that was planned, and the tally of the whole series with it, or of the snapshot. A Generation of 0 is a retry
// that found nothing to take up.
type BeginResult struct {
	Generation int                   `json:"generation"`
	Tally      insights.Completeness `json:"tally"`
	// More is true in histories of earlier versions only: there was more of the plan to be written.
	More bool `json:"more,omitempty"`
}

// PageInput asks for the next page of a generation's pending work: repositories with an id above After.
type PageInput struct {
	SeriesID   string `json:"seriesId"`
	Generation int    `json:"generation"`
	After      int64  `json:"after"`
	Snapshot   bool   `json:"snapshot,omitempty"`
}

// PageResult is a page: work for about a minute, at most MaxBatches batches, from the largest to the smallest.
type PageResult struct {
	Batches []Batch `json:"batches"`
	// Next is the cursor of the page after this one.
	Next int64 `json:"next"`
	// Last is true when nothing pending has an id above Next.
	Last bool `json:"last"`
	// Window is how many of the batches may be in flight at a time; 0: as many as the workflow takes.
	Window int `json:"window,omitempty"`
	// Shards is how many search queues there are; the repositories of a batch are of one. 0 is 1.
	Shards int `json:"shards,omitempty"`
}

// Batch is the work of one RepositoryWorkflow.
type Batch struct {
	From    int64 `json:"from"`
	Through int64 `json:"through"`
	// Label names it for people: a repository's name, or "acme/api and 11 more".
	Label string `json:"label"`
	// Unfold is true for a repository whose frames are to be searched each on its own.
	Unfold bool `json:"unfold,omitempty"`
	// Before is the tally of the batch's range when the page was read.
	Before insights.Completeness `json:"before"`

	cost int64
}

// CompleteInput names a generation that has nothing pending left.
type CompleteInput struct {
	SeriesID   string `json:"seriesId"`
	Generation int    `json:"generation"`
	Snapshot   bool   `json:"snapshot,omitempty"`
}

// CompleteResult has the tally of the whole series, or of the snapshot. Left is true when the generation was not completed because
// samples are pending still.
type CompleteResult struct {
	Tally insights.Completeness `json:"tally"`
	Left  bool                  `json:"left,omitempty"`
}

// PendingResult lists what is pending in a range: its repositories by id or, for a range of one repository, its times,
// newest first. Both lists are cut at MaxPending.
type PendingResult struct {
	Repositories []int64     `json:"repositories"`
	Times        []time.Time `json:"times"`
}

// FailInput ends what is pending in a range as failed, for a reason that people can group by (Class) and read (Reason).
type FailInput struct {
	Range
	Class  string `json:"class"`
	Reason string `json:"reason"`
}

// ListResult is a page of repositories to be synced.
type ListResult struct {
	// IDs are repositories each of which is worth an activity: a mirror that is fetched.
	IDs []int64 `json:"ids"`
	// Batches are ids of local repositories that are read together.
	Batches [][]int64 `json:"batches,omitempty"`
	// Unchanged is how many repositories were found to be as they were at their last sync; there is nothing left to do.
	Unchanged int64 `json:"unchanged,omitempty"`
	// Next is the cursor of the page after this one; 0 is the last of IDs.
	Next int64 `json:"next,omitempty"`
	// Last is true when there is none.
	Last bool `json:"last"`
	// Window is how many of the activities may be in flight at a time; 0: as many as the workflow takes.
	Window int `json:"window,omitempty"`
	// Shards is how many queues syncs are shared out among; the repositories of a batch are of one. 0 is 1.
	Shards int `json:"shards,omitempty"`
}

// JoinersResult has the times of a plan for the repositories that joined, and names them for people. No times: none did.
type JoinersResult struct {
	Times []time.Time `json:"times,omitempty"`
	Note  string      `json:"note,omitempty"`
}

// SnapshotPage lists series that are to take a snapshot. Next is the cursor of the page after this one, 0 when there is none.
type SnapshotPage struct {
	SeriesIDs []string `json:"seriesIds"`
	Next      int64    `json:"next,omitempty"`
}

// RetentionResult is what a part of retention did. Next is the cursor of the page after it, 0 when there is none; More is true when
// there may be more to prune.
type RetentionResult struct {
	Next     int64 `json:"next,omitempty"`
	More     bool  `json:"more,omitempty"`
	Archived int64 `json:"archived,omitempty"`
	Restored int64 `json:"restored,omitempty"`
	Pruned   int64 `json:"pruned,omitempty"`
}

// Bounds of what one activity returns, so that payloads stay small and a workflow's history short.
const (
	// MaxBatches bounds a page: 400 children cost their parent about 3,600 events at worst, below the 4,096 at which the
	// server suggests to continue as new.
	MaxBatches = 400
	// MaxPending bounds PendingResult for the same reason.
	MaxPending = 300
)
