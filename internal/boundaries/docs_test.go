package boundaries

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// declaredTests returns the names of all Go tests of this module.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || strings.HasPrefix(name, ".") && name != ".."):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range declared.FindAllSubmatch(text, -1) {
			tests[string(found[1])] = true
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, len(tests), 300)
	return tests
}

// Each test and each source file that a page of docs/ names must exist. A page names a file by its
// path from the repository root; a pattern such as store/queries/*.sql must match a file.
func TestDocsNameTestsAndFilesThatExist(t *testing.T) {
	t.Parallel()
	tests := declaredTests(t)
	var pages []string
	for _, folder := range []string{"docs", "docs/decisions"} {
		found, err := filepath.Glob(filepath.Join("../..", folder, "*.md"))
		require.NoError(t, err)
		pages = append(pages, found...)
	}
	require.Greater(t, len(pages), 20)

	testName := regexp.MustCompile(`\bTest[A-Z]\w*`)
	fence, span := regexp.MustCompile("(?ms)^```.*?^```"), regexp.MustCompile("`([^`]+)`")
	sourceFile := regexp.MustCompile(`^[\w./*-]+\.(?:go|sql|ts|tsx|graphql)$`)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, name := range testName.FindAllString(string(text), -1) {
			if !tests[name] {
				t.Errorf("%s names %s, and there is no such test", page, name)
			}
		}
		var named []string // the words in backquotes and in blocks of code
		for _, block := range fence.FindAllString(string(text), -1) {
			named = append(named, strings.Fields(block)...)
		}
		for _, code := range span.FindAllStringSubmatch(fence.ReplaceAllString(string(text), ""), -1) {
			named = append(named, strings.Fields(code[1])...)
		}
		for _, file := range slices.DeleteFunc(named, func(word string) bool { return !sourceFile.MatchString(word) }) {
			found, err := filepath.Glob(filepath.Join("../..", file))
			if err != nil || len(found) == 0 {
				t.Errorf("%s names %s, and there is no such file: write its path from the repository root", page, file)
			}
		}
	}
}

// docs/decisions/017-defects.md lists 25 defects and names tests for each; those tests must exist.
func TestEveryDefectHasItsTest(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/decisions/017-defects.md")
	require.NoError(t, err)
	tests := declaredTests(t)
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| .* \| ([^|]*) \|$`).FindAllStringSubmatch(string(page), -1)
	require.Len(t, rows, 25)
	named := regexp.MustCompile("`(Test\\w+)`")
	for i, row := range rows {
		require.Equal(t, strconv.Itoa(i+1), row[1])
		names := named.FindAllStringSubmatch(row[2], -1)
		require.NotEmpty(t, names, "defect %d has no test", i+1)
		for _, name := range names {
			require.True(t, tests[name[1]], "defect %d: there is no test %s", i+1, name[1])
		}
	}
}
