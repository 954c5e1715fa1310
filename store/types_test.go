package store_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
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
	migrations, err := filepath.Glob("../migrations/*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, migrations)
	textOfReason := regexp.MustCompile(
		`(?i)\b(reason|code)\w*(\[[^]]*\])?\s*(::text\s*)?((NOT\s+)?(I?LIKE|SIMILAR)\b|!?~)|\b(position|strpos|starts_with|regexp_\w+)\s*\([^)]*\breason`)
	for _, bad := range []string{
		"reason LIKE 'x%'", "reasons[1] NOT ILIKE $1", "c.reason ~ '^x'", "reason !~* 'x'", "reason_code SIMILAR TO 'x'", "strpos(s.reason, 'x')",
	} {
		require.Regexp(t, textOfReason, bad)
	}
	for _, file := range slices.Concat(files, migrations) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotRegexp(t, textOfReason, string(text), "%s: compare the code", file)
	}
	visibility := regexp.MustCompile(`(?i)NOT\s+(\w+\.)?private\b`)
	kinds := regexp.MustCompile(`\bkind\s*(=|<>|IN)\s*\(?'`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotRegexp(t, visibility, string(text), "%s: use visible_repositories", file)
		require.NotRegexp(t, kinds, string(text), "%s: pass the kinds of insights.PlanKind", file)
	}
}
