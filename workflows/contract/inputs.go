package contract

import "github.com/backsight/backsight/insights"

// SeriesStart is the input with which a SeriesWorkflow starts.
type SeriesStart struct {
	SeriesID string        `json:"seriesId"`
	Title    string        `json:"title"`
	Query    string        `json:"query"`
	Grid     insights.Grid `json:"grid"`
	// SignalsInOrder is true for a run whose signals are applied in the order of their arrival. It
	// is false for a run that 0.1.0 started: signals that arrive in one workflow task are then
	// applied in the order of Messages, as they were when the run was recorded.
	SignalsInOrder bool `json:"signalsInOrder,omitempty"`
}

// SyncInput starts a SyncWorkflow of one repository, or of all when RepositoryID is 0.
type SyncInput struct {
	RepositoryID int64 `json:"repositoryId,omitempty"`
	// After is the cursor of the list of repositories. Synced and Failed count repositories. A
	// repository that could not be read or fetched counts as synced, because its error is stored
	// with it; Failed counts those whose activity failed. Each run passes all three to the next.
	After  int64 `json:"after,omitempty"`
	Synced int64 `json:"synced,omitempty"`
	Failed int64 `json:"failed,omitempty"`
}

// SnapshotsInput starts a SnapshotsWorkflow with the series after the cursor After. Told is the
// number of series that have received the message Snapshot; each run passes it to the next.
type SnapshotsInput struct {
	After int64 `json:"after,omitempty"`
	Told  int64 `json:"told,omitempty"`
}

// RetentionInput is the input of a RetentionWorkflow, its progress from run to run, and its result.
type RetentionInput struct {
	Phase RetentionPhase `json:"phase,omitempty"`
	After int64          `json:"after,omitempty"`
	// Archived and Restored count sample times. Series and Repositories count what was pruned.
	Archived     int64 `json:"archived,omitempty"`
	Restored     int64 `json:"restored,omitempty"`
	Series       int64 `json:"series,omitempty"`
	Repositories int64 `json:"repositories,omitempty"`
}

// RetentionPhase is what a RetentionWorkflow is doing.
type RetentionPhase string

// The phases, in order.
const (
	ArchiveTimes      RetentionPhase = ""
	PruneSeries       RetentionPhase = "series"
	PruneRepositories RetentionPhase = "repositories"
)
