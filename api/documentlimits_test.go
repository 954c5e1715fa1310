package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/backsight/backsight/insights"
)

// limitOf returns the error of documentLimits for a document, "" for none.
func limitOf(t *testing.T, document string) string {
	t.Helper()
	if err := (documentLimits{graphql.NoCache[*ast.QueryDocument]{}}).MutateOperationParameters(t.Context(), &graphql.RawParams{Query: document}); err != nil {
		return err.Message
	}
	return ""
}

func TestDepthOfADocument(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("{ a ", n) + strings.Repeat("} ", n) }
	require.Empty(t, limitOf(t, nested(maxDepth)))
	require.Contains(t, limitOf(t, nested(maxDepth+1)), "nests more than 12 fields deep")
	require.Empty(t, limitOf(t, strings.Repeat("{ a ... ", maxDepth-1)+"{ a }"+strings.Repeat(" }", maxDepth-1)), "fragments are no fields")
	require.Contains(t, limitOf(t, nested(maxDepth)+"fragment F on Query "+nested(maxDepth+1)), "nests more", "a fragment that no operation uses")
	require.Contains(t, limitOf(t, "{ b { ...F } } fragment F on Query "+nested(maxDepth)), "nests more")
}

// The work grows with the length of a document, not with what its fragments expand to: 2^1000
// fields here.
func TestFragmentsThatMultiplyAreRefused(t *testing.T) {
	t.Parallel()
	document := "{ ...F0 }"
	for i := range 1000 {
		document += fmt.Sprintf(" fragment F%d on Query { ...F%d ...F%d }", i, i+1, i+1)
	}
	require.Empty(t, limitOf(t, document), "too many tokens: the engine refuses this document")
	for _, each := range []string{"{ ...F%d ...F%d }", "{ insightViews { ...F%[1]d } b: insightViews { ...F%[2]d } }", "{ ... { ...F%d } ... { ...F%d } }"} {
		document := "{ ...F0 }"
		for i := range 100 {
			document += fmt.Sprintf(" fragment F%d on Query "+each, i, i+1, i+1)
		}
		document += " fragment F100 on Query { __typename }"
		require.NotEmpty(t, limitOf(t, document))
		b := setup(t)
		require.Contains(t, b.refused(insights.Invalid, document, nil), "use several operations")
	}
}

func TestFragmentsThatSpreadThemselvesAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.post("{ ...F } fragment F on Query { ...G ...G } fragment G on Query { ...F ...F }", nil)
	require.NotEmpty(t, a.Errors)
	for _, e := range a.Errors {
		require.Contains(t, e.Message, "Cannot spread fragment")
	}
	b.refused(insights.Invalid, "{ ...Nothing }", nil)
}

// Validation compares fields of the same name in pairs, so it bounds maxFields.
func TestTheLargestDocumentIsAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.post("{ "+strings.Repeat("__typename ", maxFields)+"}", nil)
	require.Empty(t, a.Errors)
	require.JSONEq(t, `{"__typename":"Query"}`, string(a.Data))
	b.refused(insights.Invalid, "{ "+strings.Repeat("__typename ", maxFields+1)+"}", nil)
}
