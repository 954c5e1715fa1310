package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/backsight/backsight/cmd/backsight/internal/remote"
	"github.com/backsight/backsight/cmd/backsight/internal/render"
	"github.com/backsight/backsight/insights"
)

// clientFlags are the flags of every command that speaks to a running server.
type clientFlags struct {
	Server string `help:"The running server's URL." default:"http://127.0.0.1:7080" env:"BACKSIGHT_SERVER" placeholder:"URL"`
	JSON   bool   `name:"json" help:"Print JSON, one object a line."`
}

func (f clientFlags) client() *remote.Client { return remote.New(f.Server) }

// printJSON prints one line.
func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// listing prints things one after the other: lines of JSON, or a table.
type listing struct {
	out   io.Writer
	table *render.Table // nil: JSON
}

func newListing(s *streams, asJSON bool, header ...string) listing {
	if asJSON {
		return listing{out: s.Out}
	}
	return listing{table: render.NewTable(s.Out, header...)}
}

// add prints one of them: as v, or as a row of the table.
func (l listing) add(v any, cells ...string) error {
	if l.table == nil {
		return printJSON(l.out, v)
	}
	l.table.Row(cells...)
	return nil
}

// end prints the table.
func (l listing) end() error {
	if l.table == nil {
		return nil
	}
	return l.table.Flush()
}

// tally is a completeness as the API gives it, with its rate.
type tally struct {
	insights.Completeness
	Rate       *float64 `json:"rate"`
	ETASeconds *float64 `json:"etaSeconds"`
}

const tallyFields = `planned counted reused absent partial failed pending`

// seriesRef is one series of what an ID argument names.
type seriesRef struct {
	ID           string                `json:"seriesId"`
	Label        string                `json:"label"`
	Completeness tally                 `json:"completeness"`
	Status       seriesStatusFields    `json:"status"`
	Workflow     *workflowStatusFields `json:"workflow"`
	Notices      []struct {
		Reason string `json:"reason"`
		Since  string `json:"since"`
	} `json:"notices"`
}

type seriesStatusFields struct {
	BackfillCompletedAt *string `json:"backfillCompletedAt"`
	NextRecordingAfter  string  `json:"nextRecordingAfter"`
}

type workflowStatusFields struct {
	State           string                    `json:"state"`
	Kind            *string                   `json:"kind"`
	WaitingPlans    int                       `json:"waitingPlans"`
	QueuePosition   string                    `json:"queuePosition"`
	InFlight        int                       `json:"inFlight"`
	PausedBy        *string                   `json:"pausedBy"`
	PausedReason    *string                   `json:"pausedReason"`
	PausedAt        *string                   `json:"pausedAt"`
	NextRecordingAt *string                   `json:"nextRecordingAt"`
	Problem         *struct{ Message string } `json:"problem"`
	TemporalURL     *string                   `json:"temporalUrl"`
	Completeness    insights.Completeness     `json:"completeness"`
}

const seriesFields = `seriesId label completeness { ` + tallyFields + ` rate etaSeconds } status { backfillCompletedAt nextRecordingAfter } notices { reason since }`

const workflowFields = `workflow { state inFlight kind waitingPlans queuePosition pausedBy pausedReason pausedAt nextRecordingAt problem { message } temporalUrl completeness { ` + tallyFields + ` } }`

// resolveSeries returns the series of an insight, or the one series that has the id. fields selects what is read of
// each; NotFound when nothing has the id.
func resolveSeries(ctx context.Context, c *remote.Client, id, fields string) ([]seriesRef, error) {
	var answer struct {
		InsightViews struct {
			Nodes []struct {
				DataSeries []seriesRef `json:"dataSeries"`
			} `json:"nodes"`
		} `json:"insightViews"`
		InsightSeries *seriesRef `json:"insightSeries"`
	}
	operation := `query($id: ID!) { insightViews(id: $id) { nodes { dataSeries { ` + fields + ` } } } insightSeries(id: $id) { ` + fields + ` } }`
	if err := c.Do(ctx, operation, map[string]any{"id": id}, &answer); err != nil {
		return nil, err
	}
	if len(answer.InsightViews.Nodes) > 0 {
		return answer.InsightViews.Nodes[0].DataSeries, nil
	}
	if answer.InsightSeries != nil {
		return []seriesRef{*answer.InsightSeries}, nil
	}
	return nil, insights.Errorf(insights.NotFound, "no insight and no series has the id %s: `backsight insight list` shows what there is", id)
}
