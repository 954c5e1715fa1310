package api

import (
	"context"
	"errors"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/query"
)

// ValidateInsightQuery checks a series query. The page calls it whenever the user stops typing.
func (r *queryResolver) ValidateInsightQuery(_ context.Context, text string, byCapture *bool, by *generated.InsightGenerationMethod) (*generated.InsightQueryValidation, error) {
	method, err := methodOf(by, byCapture)
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(text, method)
	if err == nil {
		valid := &generated.InsightQueryValidation{IsValid: true, Canonical: ptr(q.String()), Captures: q.Captures(), Notes: append([]string{}, q.EmptyNotes()...)}
		if method == insights.SearchCompute {
			valid.Notes = append(valid.Notes, q.CaptureNotes()...)
		}
		return valid, nil
	}
	answer := &generated.InsightQueryValidation{Error: queryErrorModel(err, text), Notes: []string{}}
	if q != nil { // the query is valid, but not for this generation method
		answer.Canonical, answer.Captures = ptr(q.String()), q.Captures()
	}
	return answer, nil
}

// queryErrorModel converts an error of parseQuery. An error without a position gets that of the
// whole text.
func queryErrorModel(err error, text string) *generated.QueryError {
	q, ok := errors.AsType[*query.Error](err)
	if !ok {
		return &generated.QueryError{Message: err.Error(), End: utf16Offset(text, len(text))}
	}
	return &generated.QueryError{
		Message: q.Message, Suggestion: orNil(q.Suggestion),
		Start: utf16Offset(text, q.Span.Start), End: utf16Offset(text, q.Span.End),
	}
}

// ValidateScopedInsightQuery checks whether the text is a valid repository scope.
func (r *queryResolver) ValidateScopedInsightQuery(_ context.Context, text string) (*generated.ScopedInsightQueryPayload, error) {
	scope, err := query.ParseScope(text)
	if err != nil {
		problem := queryErrorModel(err, text)
		reason := problem.Message
		if problem.Suggestion != nil {
			reason += ": " + *problem.Suggestion
		}
		return &generated.ScopedInsightQueryPayload{Query: text, InvalidReason: &reason}, nil
	}
	return &generated.ScopedInsightQueryPayload{Query: scope.String(), IsValid: true}, nil
}
