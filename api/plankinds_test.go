package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestSchemaHasThePlanKinds(t *testing.T) {
	t.Parallel()
	for _, kind := range insights.PlanKinds {
		require.True(t, planKindModel(kind).IsValid(), kind)
	}
}
