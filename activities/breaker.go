package activities

import (
	"context"
	"math"
)

// Failures reports whether all searched samples of a range failed for the same reason. If Through
// is 0, the range has no upper end.
func (p *Plans) Failures(ctx context.Context, in Range) (FailuresResult, error) {
	if in.Through == 0 {
		in.Through = math.MaxInt32
	}
	found, err := p.Store.Samples.Failures(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	return FailuresResult(found), activityError(ctx, err)
}
