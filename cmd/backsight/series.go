package main

import (
	"context"
	"fmt"
	"os/user"
	"strings"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/render"
	"github.com/backsight/backsight/insights"
)

type seriesCommand struct {
	Status seriesStatus `cmd:"" help:"Show what a series' workflow does; --json prints the completeness as the workflow's query answers it."`
	Pause  seriesPause  `cmd:"" help:"Pause a series: what runs finishes or stops within seconds."`
	Resume seriesResume `cmd:"" help:"Let a paused series go on."`

	Cancel  seriesCancel  `cmd:"" help:"Drop the work on a series' past: what is pending of it ends as failed, and retry takes it up again."`
	Retry   seriesRetry   `cmd:"" help:"Try samples again that are partial or failed, or all of them."`
	Extend  seriesExtend  `cmd:"" help:"Give a series more points of the past; only the missing samples are computed."`
	Front   seriesFront   `cmd:"" help:"Let the work on a series' past go before that of all other series."`
	Back    seriesBack    `cmd:"" help:"Let the work on a series' past wait for that of all other series."`
	Trigger seriesTrigger `cmd:"" help:"Let a series look now for due recordings and left-over work."`

	Retention seriesRetention `cmd:"" help:"Show or change how many of the newest sample times charts show."`
	Plans     seriesPlans     `cmd:"" help:"List what was planned for a series, when and why."`
	Snapshot  seriesSnapshot  `cmd:"" help:"Sample every repository now, between two recordings; the next snapshot replaces it."`
}

type seriesStatus struct{ seriesID }

func (*seriesStatus) Help() string { return "Example: backsight series status 2xKq… --json" }

func (c *seriesStatus) Run(ctx context.Context, s *streams) error {
	series, err := resolveSeries(ctx, c.client(), c.ID, seriesFields+" "+workflowFields)
	if err != nil {
		return err
	}
	for _, one := range series {
		if !c.JSON {
			fmt.Fprintln(s.Out, one.Label)
			fmt.Fprintf(s.Out, "  series    %s\n", one.ID)
			printStatus(s, one)
			continue
		}
		if one.Workflow == nil {
			return insights.Errorf(insights.Unavailable, "series %s: its workflow does not answer; is a worker running? The ledger's tally is in `backsight insight show`", one.ID)
		}
		if err := printJSON(s.Out, one.Workflow.Completeness); err != nil {
			return err
		}
	}
	return nil
}

// printStatus prints what a series does, indented.
func printStatus(s *streams, one seriesRef) {
	var rate float64
	var eta time.Duration
	if r := one.Completeness.Rate; r != nil && one.Completeness.ETASeconds != nil {
		rate, eta = *r, time.Duration(*one.Completeness.ETASeconds*float64(time.Second))
	}
	fmt.Fprintf(s.Out, "  samples   %s\n", render.Line(one.Completeness.Completeness, rate, eta))
	for _, n := range one.Notices {
		fmt.Fprintf(s.Out, "  notice    %s, since %s\n", n.Reason, n.Since)
	}
	w := one.Workflow
	if w == nil {
		fmt.Fprintln(s.Out, "  state     its workflow does not answer; is a worker running?")
		return
	}
	state := strings.ToLower(w.State)
	if w.Kind != nil {
		state += ", " + planKind(*w.Kind)
	}
	if w.WaitingPlans > 0 {
		state += fmt.Sprintf(", %d waiting", w.WaitingPlans)
	}
	if w.QueuePosition == "FRONT" || w.QueuePosition == "BACK" {
		state += ", at the " + strings.ToLower(w.QueuePosition) + " of the queue"
	}
	if w.InFlight > 0 {
		state += fmt.Sprintf(", %d in flight", w.InFlight)
	}
	if w.PausedAt != nil {
		state += " since " + *w.PausedAt
		if w.PausedBy != nil && *w.PausedBy != "" {
			state += " by " + *w.PausedBy
		}
		if w.PausedReason != nil && *w.PausedReason != "" {
			state += ": " + *w.PausedReason
		}
	}
	fmt.Fprintf(s.Out, "  state     %s\n", state)
	if w.Problem != nil {
		fmt.Fprintf(s.Out, "  problem   %s\n", w.Problem.Message)
	}
	if w.NextRecordingAt != nil {
		fmt.Fprintf(s.Out, "  next      %s\n", *w.NextRecordingAt)
	}
	if w.TemporalURL != nil {
		fmt.Fprintf(s.Out, "  temporal  %s\n", *w.TemporalURL)
	}
}

// whoAmI is the login name, for the record of who paused; "" where there is none.
func whoAmI() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

type seriesPause struct {
	seriesID
	Reason string `help:"Why; shown to everyone." placeholder:"TEXT"`
}

func (*seriesPause) Help() string {
	return "Example: backsight series pause 2xKq… --reason 'the code host is slow today'"
}

func (c *seriesPause) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "pauseInsightSeries", argument{"reason", "String", c.Reason})
}

type seriesResume struct{ seriesID }

func (*seriesResume) Help() string { return "Example: backsight series resume 2xKq…" }

func (c *seriesResume) Run(ctx context.Context, s *streams) error {
	return c.order(ctx, s, "resumeInsightSeries")
}

// seriesID are the flags of every command about series.
type seriesID struct {
	clientFlags
	ID string `arg:"" help:"A series, or an insight for all of its series."`
}

// argument is one of a mutation's.
type argument struct {
	name, kind string
	value      any
}

// order sends a mutation for every series that the id names and prints the state that follows.
func (c seriesID) order(ctx context.Context, s *streams, mutation string, arguments ...argument) error {
	variables := map[string]any{"by": whoAmI()}
	declared, given := "$id: ID!, $by: String", "seriesId: $id, by: $by"
	for _, a := range arguments {
		variables[a.name] = a.value
		declared += ", $" + a.name + ": " + a.kind
		given += ", " + a.name + ": $" + a.name
	}
	operation := "mutation(" + declared + ") { series: " + mutation + "(" + given + ") { workflow { state } } }"
	series, err := resolveSeries(ctx, c.client(), c.ID, "seriesId label")
	if err != nil {
		return err
	}
	for _, one := range series {
		variables["id"] = one.ID
		var answer struct {
			Series seriesRef `json:"series"`
		}
		if err := c.client().Do(ctx, operation, variables, &answer); err != nil {
			return err
		}
		state := "unknown"
		if answer.Series.Workflow != nil {
			state = strings.ToLower(answer.Series.Workflow.State)
		}
		if c.JSON {
			if err := printJSON(s.Out, map[string]string{"series": one.ID, "state": state}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(s.Out, "%s  %s  %s\n", one.ID, state, one.Label)
	}
	return nil
}

// planKind converts the API's name of a kind of plan to the one that people read, such as catch-up.
func planKind(enum string) string { return strings.ToLower(strings.ReplaceAll(enum, "_", "-")) }
