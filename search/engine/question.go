package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// Spec is the part of a series that a search needs: it says what each sample counts.
type Spec struct {
	Query  string
	Method insights.GenerationMethod
	// Languages says what insights.LanguageStats measures; nil means lines. Other methods ignore
	// it.
	Languages *match.Languages
	// Previous returns the sample time before t. It is only called for a query about commits: for
	// the time t, such a query counts the commits since the previous sample time.
	Previous func(t time.Time) time.Time
	// MaxValues is how many distinct values insights.Sample.Values may hold. A sample with more is
	// partial and has the most frequent ones. 0 leaves insights.Sample.Values nil; callers then
	// take the values from the counts argument of Yield, which needs less memory than a map.
	MaxValues int
}

// Question is a compiled Spec. It is safe for concurrent use.
type Question struct {
	Query   *query.Query
	Matcher *match.Matcher

	previous  func(time.Time) time.Time
	maxValues int
}

// Compile compiles a Spec. Its errors are *insights.Error with code Invalid.
func Compile(spec Spec) (*Question, error) {
	q, err := Parse(spec.Query, spec.Method)
	if err != nil {
		return nil, err
	}
	options := match.Options{ByValue: spec.Method == insights.SearchCompute}
	if spec.Method == insights.LanguageStats {
		if options.Languages = spec.Languages; options.Languages == nil {
			options.Languages = &match.Languages{Measures: match.Lines}
		}
	}
	m, err := match.Compile(q, options)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "query %q: %w", spec.Query, err)
	}
	return &Question{Query: q, Matcher: m, previous: spec.Previous, maxValues: spec.MaxValues}, nil
}

// Parse reads the query of a Spec. Only for insights.LanguageStats, the text may be empty or
// contain only filters on repositories. Its errors are *insights.Error with code Invalid.
func Parse(text string, method insights.GenerationMethod) (*query.Query, error) {
	read := query.Parse
	if method == insights.LanguageStats {
		read = query.ParseFilters
	}
	q, err := read(text)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "query %q: %w", text, err)
	}
	return q, nil
}

// PerInterval reports whether the question is about commits. Then a value belongs to the interval
// since the previous sample time, not to a commit: two samples at one commit can have different
// values.
func (q *Question) PerInterval() bool { return q.Query.Kind() != query.Files }

// Within calls work with a context that ends after the query's timeout: minus `kept`, if the query
// has a timeout. `kept` is the part of the timeout that other work has used or may still use. If
// work returns no error, Within returns nil. Otherwise, it returns the cause of ctx when ctx has
// ended, a *Failure with insights.ReasonTimeout when the timeout ended work, and else the error of
// work.
func (q *Question) Within(ctx context.Context, kept time.Duration, work func(context.Context) error) error {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if q.Query.Timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, q.Query.Timeout-kept)
	}
	defer cancel()
	err := work(limited)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case limited.Err() != nil:
		return &Failure{insights.ReasonTimeout, fmt.Errorf("the query's timeout:%s ended the search before it was complete", q.Query.Timeout)}
	}
	return err
}
