package historycmd

import (
	"encoding/json"
	"io"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
)

// sampleLine is a line of JSON: a sample. Value is null when it is unknown.
type sampleLine struct {
	Repository string              `json:"repository"`
	Time       string              `json:"time"`
	Commit     gitrepo.OID         `json:"commit,omitempty"`
	Outcome    insights.Outcome    `json:"outcome"`
	Code       insights.ReasonCode `json:"code,omitempty"`
	Reason     string              `json:"reason,omitempty"`
	Value      *int64              `json:"value"`
	Values     map[string]int64    `json:"values,omitempty"`
	Notices    []string            `json:"notices,omitempty"`
}

// changeLine is a line of JSON: a change, or the error because of which the changes of a repository
// cannot be listed.
type changeLine struct {
	Repository string              `json:"repository"`
	Time       string              `json:"time,omitempty"`
	Commit     gitrepo.OID         `json:"commit,omitempty"`
	Author     string              `json:"author,omitempty"`
	Subject    string              `json:"subject,omitempty"`
	Outcome    insights.Outcome    `json:"outcome"`
	Code       insights.ReasonCode `json:"code,omitempty"`
	Reason     string              `json:"reason,omitempty"`
	Delta      *int64              `json:"delta"`
	Value      *int64              `json:"value"`
	Notices    []string            `json:"notices,omitempty"`
}

// writeJSON prints a line for each sample or change of a repository, newest first. If the changes
// could not be listed, it prints one line with the error.
func (p *plan) writeJSON(w io.Writer, r *repository) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	if p.inventory != nil {
		return writeInventoryJSON(lines, r)
	}
	for _, x := range r.samples {
		line := sampleLine{
			Repository: r.arg, Time: x.time.Format(time.RFC3339), Commit: x.commit,
			Outcome: x.outcome, Code: x.code, Reason: x.reason, Values: x.values.Map(), Notices: r.notices,
		}
		if x.outcome != insights.Failed {
			line.Value = &x.value
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	for _, c := range r.changes {
		if err := lines.Encode(changeLine{
			Repository: r.arg, Time: c.time.Format(time.RFC3339), Commit: c.commit, Author: c.author, Subject: c.subject,
			Outcome: c.outcome, Code: c.code, Reason: c.reason, Delta: &c.delta, Value: &c.value, Notices: r.notices,
		}); err != nil {
			return err
		}
	}
	if r.err != nil {
		return lines.Encode(changeLine{Repository: r.arg, Outcome: insights.Failed, Code: engine.FailureOf(r.err).Code, Reason: r.err.Error(), Notices: r.notices})
	}
	return nil
}
