package workflows

import (
	"time"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

// SeriesInput starts a SeriesWorkflow. State is zero at the first start and carried from run to run by
// continue-as-new.
type SeriesInput struct {
	contract.SeriesStart
	State SeriesState `json:"state,omitzero"`
}

// SeriesState is what a series remembers between runs: small and of constant size, whatever the number of
// repositories, because the ledger holds the rest.
type SeriesState struct {
	// Backfill and Recording are the plans that are not completed; nil when there is none. A recording goes first. Backfill is
	// whatever is about the past: the first backfill, an extension or a retry.
	Backfill  *Plan `json:"backfill,omitempty"`
	Recording *Plan `json:"recording,omitempty"`
	// Snapshot is the snapshot that is to be taken, after recordings and before the past.
	Snapshot *Plan `json:"snapshot,omitempty"`
	// Waiting are plans of the past that operators asked for, in the order in which they are worked on after Backfill. At most
	// maxWaiting.
	Waiting []*Plan `json:"waiting,omitempty"`
	// Started is true from the first run on: the backfill was put into Backfill.
	Started bool `json:"started,omitempty"`
	// LastPlanned is the newest recording that was planned; zero before the first.
	LastPlanned time.Time             `json:"lastPlanned,omitzero"`
	Tally       insights.Completeness `json:"tally"`
	// Place is where operators put the work on the past, until none of it is left.
	Place   contract.QueuePosition `json:"place,omitempty"`
	Paused  *contract.PausedBy     `json:"paused,omitempty"`
	Problem *contract.Problem      `json:"problem,omitempty"`
	// Look is true when repositories may have joined the scope since the past was computed.
	Look bool `json:"look,omitempty"`
	// RecheckAt is when the tally is read once more; zero is never. See recheckAfter.
	RecheckAt time.Time `json:"recheckAt,omitzero"`
	// Shown is what the search attributes say; they go from run to run by themselves.
	Shown Shown `json:"shown,omitzero"`
}

// Shown are the search attributes of a series.
type Shown struct {
	State   contract.State `json:"state"`
	Percent int            `json:"percent"`
}

// Plan is a generation that is worked on.
type Plan struct {
	Kind  insights.PlanKind `json:"kind"`
	Times []time.Time       `json:"times"`
	// Note says why a joining is planned.
	Note string `json:"note,omitempty"`
	// Points is what an extension gives the series, Selection what a retry takes up. Times are empty for a retry, and for an
	// extension until its turn.
	Points    int                `json:"points,omitempty"`
	Selection insights.Selection `json:"selection,omitzero"`
	// Tried is true from the first attempt at writing the plan on: something of it may be in the ledger.
	Tried bool `json:"tried,omitempty"`
	// Cancelled is who wants nothing more to be done about it.
	Cancelled *contract.PausedBy `json:"cancelled,omitempty"`
	// Generation is 0 until the plan is written, or its first part is.
	Generation int `json:"generation,omitempty"`
	// Writing is true when there is more of the plan to be written.
	Writing bool `json:"writing,omitempty"`
	// After is the cursor: repositories up to this id have nothing pending.
	After int64 `json:"after,omitempty"`
	// Failing is what the circuit breaker remembers.
	Failing Failing `json:"failing,omitzero"`
	// Tally is that of a snapshot; the samples of other plans are counted in SeriesState.Tally.
	Tally insights.Completeness `json:"tally,omitzero"`
}

// RepositoryInput names the samples of a RepositoryWorkflow: the pending ones of a generation in the repositories
// From..Through.
type RepositoryInput struct {
	SeriesID string `json:"seriesId"`
	Plan     int    `json:"plan"`
	From     int64  `json:"from"`
	Through  int64  `json:"through"`
	// Unfold skips the common search and goes to one FrameWorkflow per time frame at once.
	Unfold bool `json:"unfold,omitempty"`
	// Shards is how many search queues there are; all repositories of a batch are of one. 0 is 1.
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

func (in FrameInput) queue() string {
	return contract.SearchQueueOf(insights.ShardOf(in.RepositoryID, in.Shards))
}

// RepositoryResult is how a RepositoryWorkflow or FrameWorkflow ended.
type RepositoryResult struct {
	// Tally is that of the workflow's range, read back from the ledger. Zero when Interrupted.
	Tally insights.Completeness `json:"tally"`
	// Interrupted is true when the workflow was cancelled, as a pause does: what is not in the ledger is pending still.
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
