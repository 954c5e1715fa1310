// Package boundaries holds the tests of this module's import boundaries: which package may import
// which other, and what a package must not depend on, directly or through others. The tables in
// table_test.go are the design (docs/architecture.md); change both together. docs_test.go checks
// that the tests and source files that docs/ names exist.
package boundaries

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/backsight/backsight"

// systems are the operating systems for which the imports are checked. Some packages have different
// files for each.
var systems = []string{"linux", "darwin"}

// imported maps the import path of a package to the packages that its non-test files import. It has
// an entry for each package of this module, and each of their dependencies, that imports anything.
type imported map[string][]string

// readImports runs `go list` once for each of the systems, for all tests of this package.
var readImports = sync.OnceValues(func() (imported, error) {
	if err := openEveryFolder(); err != nil {
		return nil, err
	}
	all := imported{}
	for _, system := range systems {
		list := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,ImportMap", "./...")
		list.Dir = "../.."
		list.Env = append(list.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := list.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return nil, fmt.Errorf("go list: %w: %s", err, exit.Stderr)
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
			var pkg struct {
				ImportPath string
				Imports    []string
				ImportMap  map[string]string // to the vendored packages of the standard library
			}
			if err := decoder.Decode(&pkg); err != nil {
				return nil, fmt.Errorf("output of go list: %w", err)
			}
			for _, name := range pkg.Imports {
				all[pkg.ImportPath] = append(all[pkg.ImportPath], cmp.Or(pkg.ImportMap[name], name))
			}
		}
	}
	return all, nil
})

// openEveryFolder opens each folder of the module. `go test` records which folders a test opens,
// and discards its cached result when a file in one of them changes. It does not record which files
// `go list` reads.
func openEveryFolder() error {
	return filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		skip := name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") && path != "../.."
		if err == nil && entry.IsDir() && skip {
			return fs.SkipDir
		}
		return err
	})
}

// chain returns a chain of packages from a package to one that matches a pattern, both included, in
// which each package imports the next. It returns nil when there is no such chain.
func (all imported) chain(from, pattern string) []string {
	importer := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if matches(pattern, queue[0]) {
			var chain []string
			for name := queue[0]; name != ""; name = importer[name] {
				chain = append(chain, name)
			}
			slices.Reverse(chain)
			return chain
		}
		for _, name := range all[queue[0]] {
			if _, seen := importer[name]; !seen {
				importer[name] = queue[0]
				queue = append(queue, name)
			}
		}
	}
	return nil
}

const thirdParty = "a third-party module"

// matches reports whether a pattern of the tables names the package. "./api" is a package of this
// module; "./api/..." also names the packages below it.
func matches(pattern, pkg string) bool {
	if pattern == thirdParty {
		first, _, _ := strings.Cut(pkg, "/")
		return strings.Contains(first, ".") && !matches("./...", pkg)
	}
	if inner, ok := strings.CutPrefix(pattern, "./"); ok {
		pattern = module + "/" + inner
	}
	folder, isFolder := strings.CutSuffix(pattern, "/...")
	return pkg == folder || isFolder && strings.HasPrefix(pkg, folder+"/")
}

// inModule returns the packages of this module that import anything, sorted.
func (all imported) inModule() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(pkg string) bool { return !matches("./...", pkg) })
}

func TestEachPackageImportsOnlyWhatItsRowAllows(t *testing.T) {
	t.Parallel()
	all, err := readImports()
	require.NoError(t, err)
	for _, pkg := range all.inModule() {
		row, longest := -1, -1
		for i, candidate := range mayImport {
			if matches(candidate.pkg, pkg) && len(candidate.pkg) > longest {
				row, longest = i, len(candidate.pkg)
			}
		}
		if row < 0 {
			t.Errorf("package %s has no row in the table mayImport: add one", pkg)
			continue
		}
		allowed := func(name string) bool {
			return slices.ContainsFunc(mayImport[row].imports, func(pattern string) bool { return matches(pattern, name) })
		}
		for _, name := range all[pkg] {
			if matches("./...", name) && !allowed(name) {
				t.Errorf("package %s must not import %s: its row in the table mayImport does not name it", pkg, name)
			}
		}
	}
}

func TestNoPackageReachesWhatItMustNot(t *testing.T) {
	t.Parallel()
	all, err := readImports()
	require.NoError(t, err)
	for _, rule := range mustNotReach {
		matched := false
		for _, pkg := range all.inModule() {
			if !matches(rule.pkg, pkg) {
				continue
			}
			matched = true
			for _, forbidden := range rule.forbidden {
				if chain := all.chain(pkg, forbidden); chain != nil {
					t.Errorf("package %s must not depend on %s, because %s; it does by %s",
						pkg, forbidden, rule.because, strings.Join(chain, " → "))
				}
			}
		}
		require.True(t, matched, "no package matches %s, which the table mustNotReach names", rule.pkg)
	}
}

func TestWorkflowsImportNothingOfTheMachine(t *testing.T) {
	t.Parallel()
	all, err := readImports()
	require.NoError(t, err)
	imports := all[module+"/workflows"]
	require.NotEmpty(t, imports)
	for _, name := range imports {
		require.NotContains(t, workflowsMustNotImport, name)
	}
}

func TestChain_FollowsImportsOfImports(t *testing.T) {
	t.Parallel()
	all := imported{
		module + "/api":    {"fmt", module + "/plans"},
		module + "/plans":  {module + "/engine"},
		module + "/engine": {"os/exec", "golang.org/x/sync/errgroup", module + "/gitrepo"},
	}
	require.Equal(t, []string{module + "/api", module + "/plans", module + "/engine", module + "/gitrepo"},
		all.chain(module+"/api", "./gitrepo/..."))
	require.Equal(t, []string{module + "/engine", "os/exec"}, all.chain(module+"/engine", "os/exec"))
	require.Equal(t, []string{module + "/engine", "golang.org/x/sync/errgroup"}, all.chain(module+"/engine", thirdParty))
	require.Empty(t, all.chain(module+"/api", "./git"))
	require.Empty(t, all.chain(module+"/gitrepo", "./api"))
}
