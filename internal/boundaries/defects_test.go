package boundaries

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// docs/decisions/017-defects.md lists 25 defects and names tests for each; those tests must exist.
func TestEveryDefectHasItsTest(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/decisions/017-defects.md")
	require.NoError(t, err)
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	err = filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
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
