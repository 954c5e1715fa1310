package contract

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
)

// Workflow types, as they are registered and as histories contain them. Do not rename one: workers
// would no longer find the code of running workflows.
const (
	SeriesWorkflowName     = "SeriesWorkflow"
	RepositoryWorkflowName = "RepositoryWorkflow"
	FrameWorkflowName      = "FrameWorkflow"
	SyncWorkflowName       = "SyncWorkflow"
	SnapshotsWorkflowName  = "SnapshotsWorkflow"
	RetentionWorkflowName  = "RetentionWorkflow"
)

// SeriesID returns the workflow id of a series.
func SeriesID(series string) string { return "series/" + series }

// RepositoryID returns the workflow id of a batch: one repository, or the repositories with pending
// samples in a range of ids.
func RepositoryID(series string, plan int, from, through int64) string {
	return fmt.Sprintf("%s/%d/repo/%s", SeriesID(series), plan, IDRange(from, through))
}

// FrameID returns the workflow id of one sample.
func FrameID(series string, plan int, repository int64, at time.Time) string {
	const compact = "20060102T150405Z" // RFC 3339 without separators
	return RepositoryID(series, plan, repository, repository) + "/frame/" + at.UTC().Format(compact)
}

// IDRange returns a range of repository ids as text: "7", or "7-12".
func IDRange(from, through int64) string {
	if from == through {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d-%d", from, through)
}

// Search attributes hold no names and no queries, because the visibility store keeps them in plain
// text.
var (
	// AttributeSeries is the series' ksuid. Every workflow of a series' tree has it.
	AttributeSeries = temporal.NewSearchAttributeKeyKeyword("BacksightSeries")
	// AttributeRepository is the repository's id, or first-last for a batch.
	AttributeRepository = temporal.NewSearchAttributeKeyKeyword("BacksightRepository")
	// AttributeState is the State of a series.
	AttributeState = temporal.NewSearchAttributeKeyKeyword("BacksightState")
	// AttributePercent is the percentage of a series' samples that have ended, in steps of 5.
	AttributePercent = temporal.NewSearchAttributeKeyInt64("BacksightPercent")
	// AttributeFrame is the sample time of a FrameWorkflow.
	AttributeFrame = temporal.NewSearchAttributeKeyTime("BacksightFrame")
)
