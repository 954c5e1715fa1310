// Package walls holds the test that keeps packages apart: which package of this module may import which other, and which
// packages workflow code must never touch. The table is the design (docs/architecture.md); change both together.
package walls

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/backsight/backsight/"

// mayImport lists, for each package or folder of packages, the packages of this module that its non-test code may
// import directly. A name that ends in /... stands for the folder. The longest matching key counts.
var mayImport = map[string][]string{
	"insights":              {},
	"migrations":            {},
	"web":                   {},
	"search/query/...":      {"insights", "search/query/...", "search/internal/linguist"},
	"search/match":          {"insights", "search/query/...", "search/match/internal/...", "search/internal/linguist"},
	"gitrepo/...":           {"insights", "gitrepo/...", "internal/inflate"},
	"search/history":        {"insights", "search/query", "search/match", "search/history/index", "search/history/values", "gitrepo"},
	"search/history/index":  {"insights", "search/match", "gitrepo", "internal/inflate"},
	"search/history/values": {},
	"store/...":             {"insights", "migrations", "store/..."},
	"telemetry":             {"insights"},
	"activities":            {"insights", "store", "gitrepo", "search/...", "telemetry"},
	"workflows":             {"insights", "activities", "workflows/contract", "workflows/machine"},
	"workflows/contract":    {"insights"},
	"workflows/machine":     {"insights", "workflows/contract"},
	"worker":                {"insights", "store", "gitrepo", "search/...", "activities", "workflows", "workflows/contract", "telemetry"},
	"api/...":               {"insights", "store", "search/query", "workflows/contract", "api/..."},
	"internal/devstack/...": {"insights", "internal/devstack/..."},
	"internal/testdb":       {"insights", "store", "migrations", "internal/devstack/..."},
	"internal/testgit":      {},
	"internal/inflate":      {},
	"internal/walls":        {},
	"bench/...":             {"insights", "store", "gitrepo", "search/...", "workflows/contract", "worker", "activities", "internal/...", "bench/..."},
	"cmd/...":               {"insights", "store", "gitrepo", "search/...", "activities", "workflows/contract", "worker", "api/...", "web", "migrations", "telemetry", "internal/devstack/...", "cmd/..."},
	"internal/e2e":          {},

	"search/match/internal/dfa": {}, // knows regular expressions and bytes, nothing of queries
	"search/internal/linguist":  {}, // knows paths, contents and names of languages, nothing of queries
}

// testsOnly are modules that the program must not link, for what each would cost.
var testsOnly = map[string]string{
	"github.com/go-enry/go-enry/v2": "every start would fill its maps and compile its regular expressions; package linguist has its tables",
}

// neverLinked lists packages of this module that a package must not import even through others.
var neverLinked = map[string][]string{
	"api":                {"gitrepo/...", "search/match/...", "search/history/...", "activities", "workflows", "telemetry"},
	"workflows/contract": {"store/...", "gitrepo/...", "search/...", "activities"},
	"workflows/machine":  {"store/...", "gitrepo/...", "search/...", "activities", "workflows"},
}

// neverInWorkflows are packages whose use makes workflow code non-deterministic or ties it to a machine.
var neverInWorkflows = []string{"os", "os/exec", "net", "net/http", "math/rand", "math/rand/v2", "database/sql", "io/fs"}

type pkg struct {
	ImportPath string
	Imports    []string
}

// packages reads the imports of all non-test files. It reads the files itself, not `go list`, so that the test cache knows what
// the result depends on.
func packages(t *testing.T) []pkg {
	t.Helper()
	const root = "../.."
	byFolder := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "testdata" || name == "tools" || strings.HasPrefix(name, ".") && path != root):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || bytes.HasPrefix(text, []byte("//go:build ignore\n")) { // a generator, in no package
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(folder)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			byFolder[name] = append(byFolder[name], imported)
		}
		return nil
	})
	require.NoError(t, err)
	var all []pkg
	for _, name := range slices.Sorted(maps.Keys(byFolder)) {
		all = append(all, pkg{module + name, byFolder[name]})
	}
	return all
}

func matches(pattern, name string) bool {
	folder, isFolder := strings.CutSuffix(pattern, "/...")
	return name == folder || isFolder && strings.HasPrefix(name, folder+"/")
}

func rule(name string) (allowed []string, found bool) {
	longest := -1
	for pattern, list := range mayImport {
		if matches(pattern, name) && len(pattern) > longest {
			longest, allowed, found = len(pattern), list, true
		}
	}
	return allowed, found
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, found := rule(name)
		if !found {
			t.Errorf("package %s has no row in the table of walls: say what it may import", name)
			continue
		}
		for _, imported := range p.Imports {
			inner, ours := strings.CutPrefix(imported, module)
			if ours && !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, inner) }) {
				t.Errorf("package %s must not import %s", name, inner)
			}
			for tested, why := range testsOnly {
				if matches(tested+"/...", imported) {
					t.Errorf("package %s must not import %s: %s", name, imported, why)
				}
			}
		}
	}
}

func TestImportsThroughOthers(t *testing.T) {
	t.Parallel()
	imports := map[string][]string{}
	for _, p := range packages(t) {
		imports[strings.TrimPrefix(p.ImportPath, module)] = p.Imports
	}
	for name, forbidden := range neverLinked {
		require.Contains(t, imports, name)
		linked := map[string]bool{}
		for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
			for _, imported := range imports[queue[0]] {
				inner, ours := strings.CutPrefix(imported, module)
				if !ours || linked[inner] {
					continue
				}
				linked[inner] = true
				queue = append(queue, inner)
				if slices.ContainsFunc(forbidden, func(pattern string) bool { return matches(pattern, inner) }) {
					t.Errorf("package %s must not link %s, which %s imports", name, inner, queue[0])
				}
			}
		}
		require.NotEmpty(t, linked, "package %s", name)
	}
}

func TestWorkflowsTouchNoMachine(t *testing.T) {
	t.Parallel()
	seen := false
	for _, p := range packages(t) {
		if !matches(module+"workflows/...", p.ImportPath) {
			continue
		}
		seen = true
		for _, imported := range p.Imports {
			require.NotContains(t, neverInWorkflows, imported, p.ImportPath)
		}
	}
	require.True(t, seen, "package workflows was not found")
}
