package api

import (
	"context"
	"errors"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/search/query"
)

// ValidateInsightQuery tells a page, at every pause of typing, whether the text is a query, and where it is not.
func (r *queryResolver) ValidateInsightQuery(_ context.Context, text string, byCapture *bool, by *generated.InsightGenerationMethod) (*generated.InsightQueryValidation, error) {
	method, err := methodOf(by, byCapture)
	if err != nil {
		return nil, err
	}
	q, err := parseQuery(text, method)
	if err == nil {
		return &generated.InsightQueryValidation{IsValid: true, Canonical: ptr(q.String()), Captures: q.Captures()}, nil
	}
	answer := &generated.InsightQueryValidation{Error: queryErrorModel(err, text)}
	if q != nil { // it can be read, but not counted like this
		answer.Canonical, answer.Captures = ptr(q.String()), q.Captures()
	}
	return answer, nil
}

// queryErrorModel shows an error of parseQuery; one without a place is about the whole text.
func queryErrorModel(err error, text string) *generated.QueryError {
	var placed *query.Error
	if !errors.As(err, &placed) {
		return &generated.QueryError{Message: err.Error(), End: utf16Offset(text, len(text))}
	}
	return &generated.QueryError{
		Message: placed.Message, Suggestion: orNil(placed.Suggestion),
		Start: utf16Offset(text, placed.Span.Start), End: utf16Offset(text, placed.Span.End),
	}
}

// ValidateScopedInsightQuery tells whether the text is a repository scope.
func (r *queryResolver) ValidateScopedInsightQuery(_ context.Context, text string) (*generated.ScopedInsightQueryPayload, error) {
	scope, err := query.ParseScope(text)
	if err != nil {
		return &generated.ScopedInsightQueryPayload{Query: text, InvalidReason: ptr(err.Error())}, nil
	}
	return &generated.ScopedInsightQueryPayload{Query: scope.String(), IsValid: true}, nil
}
