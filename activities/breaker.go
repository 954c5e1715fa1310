package activities

import (
	"context"
	"math"
)

// FailuresResult says whether everything that was searched in a range failed for one reason; the other fields are set only then.
type FailuresResult struct {
	Alike        bool   `json:"alike,omitempty"`
	Class        string `json:"class,omitempty"`
	Reason       string `json:"reason,omitempty"` // of one of them
	Samples      int64  `json:"samples,omitempty"`
	Repositories int64  `json:"repositories,omitempty"`
}

// Failures looks at how searches of a range ended; a Through of 0 is all that there is.
func (p *Plans) Failures(ctx context.Context, in Range) (FailuresResult, error) {
	if in.Through == 0 {
		in.Through = math.MaxInt32
	}
	found, err := p.Store.FailuresOfRange(ctx, in.SeriesID, in.Generation, in.From, in.Through)
	return FailuresResult(found), outcome(ctx, err)
}
