package engine

import (
	"fmt"
	"strings"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
)

// judge returns the outcome, reason and values of a result as a sample. The other fields are not
// set.
func (q *Question) judge(result history.Result) insights.Sample {
	s := insights.Sample{Outcome: insights.Counted, Value: float64(result.Value)}
	if q.Matcher.ByValue() && q.maxValues > 0 {
		if s.Values = result.Values.Top(q.maxValues); s.Values == nil {
			s.Values = map[string]int64{}
		}
		if n := result.Values.Len(); n > q.maxValues {
			s.Outcome, s.Code = insights.Partial, insights.ReasonTooManyValues
			s.Reason = fmt.Sprintf("%d distinct values, of which the %d most frequent are stored: let the capture group match fewer different texts", n, q.maxValues)
		}
	}
	if value, reason := q.Cut(result.Value); reason != "" {
		s.Outcome, s.Code, s.Reason = insights.Partial, insights.ReasonCountLimit, reason
		if !q.Matcher.ByValue() {
			s.Value = float64(value)
		}
	}
	if len(result.Faults) > 0 {
		s.Outcome, s.Code, s.Reason = insights.Partial, insights.ReasonCode(result.Faults[0].Class), FaultReason(result.Faults)
	}
	return s
}

// Cut applies the query's count:, if it has one. If the value is above this limit, Cut returns the
// limit and a reason for people; the reason code is insights.ReasonCountLimit. Otherwise, it
// returns the value and the reason "".
func (q *Question) Cut(value int64) (cut int64, reason string) {
	if limit := q.Query.Count; limit > 0 && value > limit {
		return limit, fmt.Sprintf("the value %d is above the limit of the query's count:%d", value, limit)
	}
	return value, ""
}

// FaultReason says how many objects could not be searched completely, and names the first five.
// There must be at least one fault.
func FaultReason(faults []history.Fault) string {
	const named = 5
	var texts []string
	for _, f := range faults[:min(named, len(faults))] {
		texts = append(texts, f.String())
	}
	if len(faults) > named {
		texts = append(texts, "…")
	}
	objects := "1 object"
	if len(faults) > 1 {
		objects = fmt.Sprintf("%d objects", len(faults))
	}
	return objects + " could not be searched: " + strings.Join(texts, "; ")
}
