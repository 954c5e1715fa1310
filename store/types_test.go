package store_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/store"
)

// A type with more methods than this holds more than one thing.
const maxMethods = 25

func TestTypesOfTheStoreAreSmall(t *testing.T) {
	t.Parallel()
	all := reflect.TypeFor[*store.Store]()
	require.LessOrEqual(t, all.NumMethod(), maxMethods)
	types := 0
	for field := range all.Elem().Fields() {
		if !field.IsExported() {
			continue
		}
		types++
		require.NotZero(t, field.Type.NumMethod(), field.Name)
		require.LessOrEqual(t, field.Type.NumMethod(), maxMethods, field.Name)
	}
	require.NotZero(t, types)
}

// Statements recognise reasons by their code, never by a part of their text. Two rules are not in
// the statements: who sees which repository (function visible_repositories), and which kinds of
// plans are snapshots (insights.PlanKind).
func TestStatementsKeepToTheirRules(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("queries/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	likeOnReason := regexp.MustCompile(`(?i)\b(reason|code)\w*\s+(NOT\s+)?I?LIKE\b`)
	visibility := regexp.MustCompile(`(?i)NOT\s+(\w+\.)?private\b`)
	kinds := regexp.MustCompile(`\bkind\s*(=|<>|IN)\s*\(?'`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotRegexp(t, likeOnReason, string(text), "%s: compare the code", file)
		require.NotRegexp(t, visibility, string(text), "%s: use visible_repositories", file)
		require.NotRegexp(t, kinds, string(text), "%s: pass the kinds of insights.PlanKind", file)
	}
}
