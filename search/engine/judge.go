package engine

import (
	"fmt"
	"strings"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
)

// judge converts a result to a sample without a time and a commit.
func (q *Question) judge(result history.Result) insights.Sample {
	s := insights.Sample{Outcome: insights.Counted, Value: float64(result.Value)}
	if q.Matcher.ByValue() && q.maxValues > 0 {
		if s.Values = result.Values.Top(q.maxValues); s.Values == nil {
			s.Values = map[string]int64{}
		}
		if n := result.Values.Len(); n > q.maxValues {
			s.Outcome, s.Code = insights.Partial, insights.ReasonTooManyValues
			s.Reason = fmt.Sprintf("%d distinct values, of which the %d most frequent are stored: let the capturing group match less", n, q.maxValues)
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

// Cut returns a value as the query's count: limits it. The reason is "" if the value is not above
// the limit. Otherwise it says why the value is a lower bound, with the code
// insights.ReasonCountLimit.
func (q *Question) Cut(value int64) (cut int64, reason string) {
	if limit := q.Query.Count; limit > 0 && value > limit {
		return limit, fmt.Sprintf("the value %d is above the limit of the query's count:%d", value, limit)
	}
	return value, ""
}

// FaultReason says how many objects could not be searched, and names the first five.
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
