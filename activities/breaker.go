package activities

import (
	"context"
	"math"
)

// Failures looks at how searches of a range ended; a Through of 0 is all that there is.
func (p *Plans) Failures(ctx context.Context, in Range) (FailuresResult, error) {
	if in.Through == 0 {
		in.Through = math.MaxInt32
	}
	found, err := p.Store.Samples.Failures(ctx, in.SeriesID, in.Plan, in.From, in.Through)
	return FailuresResult(found), outcome(ctx, err)
}
