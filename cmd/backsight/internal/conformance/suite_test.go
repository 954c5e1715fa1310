package conformance

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// fixture is a repository and the checks on it.
type fixture struct {
	name   string // unique; letters, digits and hyphens
	group  string // a heading of the report
	format string // "sha1" when empty
	build  func(b *builder)
	// then runs after an index was made: it adds the last commits, or damages the repository. nil
	// means that the index is made when the branch is one commit behind.
	then   func(b *builder)
	tip    string   // the revision whose history is counted; "HEAD" when empty
	flags  flags    // further flags of the command
	at     []string // sample times, RFC 3339; when empty, sampleTimes chooses them
	alone  bool     // not on the server: it cannot be given this repository or these flags
	before answer   // at times before the first commit that git knows; absent when empty
	checks []check
}

// flags are flags of `backsight history` that a fixture or a check needs.
type flags struct {
	rev     string
	byValue bool
}

// check is a query and the right answer.
type check struct {
	query   string
	byValue bool
	// languages means that the query is the filters of an inventory. The values are the lines by
	// language.
	languages bool
	want      truth // at each commit
	git       truth // git's own answer, where it differs from want
	why       string
	updated   truth  // with an index that was made before the damage, where that knows more
	open      string // of a check that fails today: the row of the issue, such as "row 17"
}

// suite returns all fixtures in the order of the report.
func suite() []fixture {
	return concat(
		refCases(), treeCases(), commitCases(), shapeCases(), storageCases(), damageCases(), placeCases(),
		encodingCases(), lineCases(), textCases(), pathCases(), languageCases(), attributeCases(),
		queryCases(), valueCases(), commitQueryCases(), diffCases(),
	)
}

func concat(lists ...[]fixture) (all []fixture) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// caseName names a case of the fixture in the report and in tests.
func (f fixture) caseName(c check) string {
	query := c.query
	if len(query) > 100 {
		query = fmt.Sprintf("%.80s… (%d bytes)", query, len(query))
	}
	if c.byValue {
		query += " (by value)"
	}
	if c.languages {
		query = strings.TrimSpace("inventory " + query)
	}
	return query
}

// make builds the repository in root.
func (f fixture) make(t testing.TB, root string) *builder {
	t.Helper()
	format := f.format
	if format == "" {
		format = "sha1"
	}
	dir := filepath.Join(root, f.name+".git")
	b := &builder{Repo: testgit.Init(t, dir, format), t: t, root: root, path: dir}
	f.build(b)
	return b
}

// The report and the tests find fixtures and cases by their names.
func TestCasesAreDistinct(t *testing.T) {
	t.Parallel()
	seen, cases := map[string]bool{}, 0
	for _, f := range suite() {
		require.False(t, seen[f.name], f.name)
		require.Regexp(t, `^[a-z0-9-]+$`, f.name)
		seen[f.name] = true
		for _, c := range f.checks {
			key := f.name + ": " + f.caseName(c)
			require.False(t, seen[key], key)
			seen[key] = true
			require.NotNil(t, c.want.of, key)
			require.Equal(t, c.git.of != nil, c.why != "", "%s: a difference from git has a reason", key)
			cases++
		}
	}
	require.GreaterOrEqual(t, cases, minCases)
}

// minCases is the number of cases that the suite has at least.
const minCases = 300
