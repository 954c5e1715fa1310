package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/backsight/backsight/activities"
	"github.com/backsight/backsight/insights"
)

// Repositories that come into a series' scope later. Each recording plans whoever is in scope then; when all else is done, the past
// of those who lack it is planned, which makes the tally larger by their samples.

// looks reports whether it is time to look for repositories that joined: after a recording, or when somebody asks. Before this
// version nobody looked.
func (s *series) looks(ctx workflow.Context) bool {
	if !s.state.Look || s.held(ctx) {
		return false
	}
	s.state.Look = false
	return workflow.GetVersion(ctx, "repositories join with their past", workflow.DefaultVersion, 1) != workflow.DefaultVersion
}

// look plans the past of repositories that joined.
func (s *series) look(ctx workflow.Context) {
	var found activities.CatchUpResult
	if err := workflow.ExecuteActivity(ledger(ctx, "repositories that joined"), plans.CatchUp, s.in.SeriesID).Get(ctx, &found); err != nil {
		if ctx.Err() == nil {
			s.hold(ctx, err)
			// Before this version nobody looked again before the next recording.
			s.state.Look = workflow.GetVersion(ctx, "look again after a failure", workflow.DefaultVersion, 1) != workflow.DefaultVersion
		}
		return
	}
	if len(found.Times) > 0 {
		s.state.Waiting = append(s.state.Waiting, &Plan{Kind: insights.CatchUpPlan, Times: found.Times, Note: found.Note})
	}
}
