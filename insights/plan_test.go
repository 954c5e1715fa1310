package insights_test

import (
	"os"
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
		insights.RetryPlan:     "permanent selects",
		insights.ExtensionPlan: "permanent adds-times",
		insights.CatchUpPlan:   "permanent adds-times",
	} {
		require.True(t, kind.Valid(), kind)
		var has []string
		for name, holds := range map[string]bool{
			"permanent": kind.Permanent(), "adds-times": kind.AddsTimes(), "selects": kind.Selects(),
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

// The check constraint lists the same kinds.
func TestSchemaHasThePlanKinds(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("../migrations/00003_plans.sql")
	require.NoError(t, err)
	quoted := make([]string, len(insights.PlanKinds))
	for i, kind := range insights.PlanKinds {
		quoted[i] = "'" + string(kind) + "'"
	}
	require.Contains(t, string(schema), "CHECK (kind IN ("+strings.Join(quoted, ", ")+"))")
}
