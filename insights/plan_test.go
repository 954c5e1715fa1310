package insights_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestTraitsOfPlanKinds(t *testing.T) {
	t.Parallel()
	for kind, traits := range map[insights.PlanKind]string{
		insights.BackfillPlan:  "permanent adds-times",
		insights.RecordingPlan: "permanent adds-times",
		insights.SnapshotPlan:  "",
		insights.RetryPlan:     "permanent selects depends-on-samples",
		insights.ExtensionPlan: "permanent adds-times",
		insights.CatchUpPlan:   "permanent adds-times depends-on-samples",
	} {
		require.True(t, kind.Valid(), kind)
		var has []string
		for name, holds := range map[string]bool{
			"permanent": kind.Permanent(), "adds-times": kind.AddsTimes(), "selects": kind.Selects(), "depends-on-samples": kind.DependsOnSamples(),
		} {
			if holds {
				has = append(has, name)
			}
		}
		require.ElementsMatch(t, strings.Fields(traits), has, kind)
	}
	require.Len(t, insights.PlanKinds, 6)
	require.False(t, insights.PlanKind("holiday").Valid())
}
