package insights

import "slices"

// PlanKind says what a plan is for. A plan is a set of samples to compute: some times × the
// repositories that were in a series' scope when the plan was made. The kinds are stored in
// series_plans.kind, whose check constraint lists the same values.
type PlanKind string

// The kinds of plans.
const (
	// BackfillPlan computes the grid's past times. Each series has one, its first plan.
	BackfillPlan PlanKind = "backfill"
	// RecordingPlan computes grid times that have become due since the last plan.
	RecordingPlan PlanKind = "recording"
	// SnapshotPlan samples every repository between two recordings. The next snapshot replaces it.
	SnapshotPlan PlanKind = "snapshot"
	// RetryPlan computes samples again that have ended. Each sample keeps its value until the retry
	// has a better one.
	RetryPlan PlanKind = "retry"
	// ExtensionPlan computes grid times before the oldest one, for a series that gets more points.
	ExtensionPlan PlanKind = "extension"
	// CatchUpPlan computes past times of repositories that came into scope later.
	CatchUpPlan PlanKind = "catch-up"
)

// PlanKinds lists all kinds.
var PlanKinds = []PlanKind{BackfillPlan, RecordingPlan, SnapshotPlan, RetryPlan, ExtensionPlan, CatchUpPlan}

// Permanent reports whether the plan's samples stay and therefore count in the series'
// completeness. The samples of a snapshot are replaced by the next snapshot.
func (k PlanKind) Permanent() bool { return k != SnapshotPlan }

// AddsTimes reports whether the plan gives its repositories samples at new times. A repository that
// comes into scope later lacks these times. A retry only works on samples that exist.
func (k PlanKind) AddsTimes() bool { return k.Permanent() && k != RetryPlan }

// Past reports whether the plan is about past times. Such a plan yields to recordings and
// snapshots, and operators may cancel it and change its priority.
func (k PlanKind) Past() bool { return k != RecordingPlan && k != SnapshotPlan }

// KindsThatAddTimes lists the kinds for which AddsTimes returns true, as texts for SQL.
func KindsThatAddTimes() (kinds []string) {
	for _, k := range PlanKinds {
		if k.AddsTimes() {
			kinds = append(kinds, string(k))
		}
	}
	return kinds
}

// Valid reports whether the kind is one of PlanKinds.
func (k PlanKind) Valid() bool { return slices.Contains(PlanKinds, k) }
