package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDecisionsFollowTheTemplate requires that every decision has the title and the five sections
// of docs/decisions/000-template.md, and that the index links to it.
func TestDecisionsFollowTheTemplate(t *testing.T) {
	t.Parallel()
	const folder = "../../docs/decisions"
	index, err := os.ReadFile(filepath.Join(folder, "README.md"))
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(folder, "[0-9]*.md"))
	require.NoError(t, err)
	require.Greater(t, len(files), 15)

	sections := regexp.MustCompile(`(?m)^## .*$`)
	for _, file := range files {
		name := filepath.Base(file)
		text, err := os.ReadFile(file)
		require.NoError(t, err)

		number := name[:3]
		if number == "000" {
			number = "NNN"
		}
		require.True(t, strings.HasPrefix(string(text), "# "+number+". "),
			"%s: the title begins with its number", name)
		found := sections.FindAllString(string(text), -1)
		require.Equal(t, []string{
			"## Status", "## Context", "## Decision", "## Consequences", "## Measured",
		}, found, name)
		for i, between := range sections.Split(string(text), -1)[1:] {
			require.NotEmpty(t, strings.TrimSpace(between), "%s: %s is empty", name, found[i])
		}
		require.Contains(t, string(index), "]("+name+")", "the index has no link to this decision")
	}
}
