package insights

import (
	"maps"
	"slices"
)

// PlanKind says what a plan is for. A plan is a set of samples to compute: some times × the
// repositories that were in a series' scope when the plan was made or, for a retry, samples that
// exist already. The kinds are stored in series_plans.kind, whose check constraint lists the same
// values.
type PlanKind string

// The kinds of plans.
const (
	// BackfillPlan computes the grid's past times. Each series has one, its first plan.
	BackfillPlan PlanKind = "backfill"
	// RecordingPlan computes grid times that have become due since the last recording or, if there
	// is none, since the anchor.
	RecordingPlan PlanKind = "recording"
	// SnapshotPlan samples every repository in scope at one time between two recordings. The next
	// snapshot replaces it.
	SnapshotPlan PlanKind = "snapshot"
	// RetryPlan recomputes samples that have ended. Each sample keeps its value until the retry has
	// a new one.
	RetryPlan PlanKind = "retry"
	// ExtensionPlan computes grid times before the oldest one, for a series that gets more points.
	ExtensionPlan PlanKind = "extension"
	// CatchUpPlan computes past times of repositories that came into scope later.
	CatchUpPlan PlanKind = "catch-up"
)

// planTraits are the answers of the methods Permanent, AddsTimes, Selects and DependsOnSamples for
// one kind.
type planTraits struct{ permanent, addsTimes, selects, dependsOnSamples bool }

var planKinds = map[PlanKind]planTraits{
	BackfillPlan:  {permanent: true, addsTimes: true},
	RecordingPlan: {permanent: true, addsTimes: true},
	SnapshotPlan:  {},
	RetryPlan:     {permanent: true, selects: true, dependsOnSamples: true},
	ExtensionPlan: {permanent: true, addsTimes: true},
	CatchUpPlan:   {permanent: true, addsTimes: true, dependsOnSamples: true},
}

// PlanKinds lists all kinds in alphabetical order.
var PlanKinds = slices.Sorted(maps.Keys(planKinds))

// Valid reports whether the kind is one of PlanKinds.
func (k PlanKind) Valid() bool { return slices.Contains(PlanKinds, k) }

// Permanent reports whether the plan's samples are kept and count in the series' completeness. Only
// a snapshot is not permanent: the next snapshot replaces its samples. The column
// series_plans.permanent has the same value.
func (k PlanKind) Permanent() bool { return planKinds[k].permanent }

// AddsTimes reports whether the plan gives repositories permanent samples at times at which they
// had none. A repository that comes into scope later lacks samples at these times.
func (k PlanKind) AddsTimes() bool { return planKinds[k].addsTimes }

// Selects reports whether the plan recomputes existing samples, namely those that a Selection
// selects. Plans of other kinds compute samples of times × the repositories in scope.
func (k PlanKind) Selects() bool { return planKinds[k].selects }

// DependsOnSamples reports whether it depends on repositories or their samples that such a plan is
// made. Then its existence tells something about them, so it is hidden from people who may not see
// all repositories.
func (k PlanKind) DependsOnSamples() bool { return planKinds[k].dependsOnSamples }

// KindsThatAddTimes lists the kinds for which AddsTimes holds, as texts for SQL.
func KindsThatAddTimes() (kinds []string) {
	for _, k := range PlanKinds {
		if k.AddsTimes() {
			kinds = append(kinds, string(k))
		}
	}
	return kinds
}
