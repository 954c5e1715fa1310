package boundaries

// mayImport lists which packages of this module each package may import. Each row names a package,
// or with "/..." a folder of packages, and the packages of this module that its non-test code may
// import directly. The row with the longest matching name applies. A package without a row fails
// the test.
var mayImport = []struct {
	pkg     string
	imports []string
}{
	{"./insights", nil},
	{"./migrations", nil},
	{"./web", nil},
	{"./telemetry", []string{"./insights"}},

	// works on paths, contents and names of languages, not on queries
	{"./search/internal/linguist", nil},
	{"./search/internal/gitattributes", []string{"./search/internal/linguist"}},
	{"./search/match/internal/dfa", nil}, // works on regular expressions and bytes, not queries
	{"./search/query/...", []string{"./insights", "./search/query/...", "./search/internal/linguist"}},
	{"./search/match", []string{
		"./insights", "./search/query/...", "./search/match/internal/...", "./search/internal/linguist",
	}},
	{"./search/history", []string{
		"./insights", "./search/query", "./search/match", "./search/history/index",
		"./search/history/values", "./gitrepo", "./search/internal/...",
	}},
	{"./search/engine", []string{
		"./insights", "./search/query", "./search/match", "./search/history/...", "./gitrepo",
	}},
	{"./search/history/index", []string{"./insights", "./search/match", "./gitrepo", "./internal/inflate"}},
	{"./search/history/values", nil},

	{"./gitrepo/...", []string{"./insights", "./gitrepo/...", "./internal/inflate"}},
	{"./store/...", []string{"./insights", "./migrations", "./store/..."}},
	{"./activities", []string{"./insights", "./store", "./gitrepo", "./search/...", "./telemetry"}},
	{"./workflows", []string{"./insights", "./activities", "./workflows/contract", "./workflows/machine"}},
	{"./workflows/contract", []string{"./insights"}},
	{"./workflows/machine", []string{"./insights", "./search/query", "./workflows/contract"}},
	{"./worker", []string{
		"./insights", "./store", "./gitrepo", "./search/...", "./activities", "./workflows/...",
		"./telemetry",
	}},
	{"./api/...", []string{
		"./insights", "./store", "./search/query", "./workflows/contract", "./internal/loopback", "./api/...",
	}},
	{"./cmd/...", []string{
		"./insights", "./store", "./gitrepo", "./search/...", "./activities", "./workflows/contract",
		"./worker", "./api/...", "./web", "./migrations", "./telemetry", "./internal/devstack/...",
		"./cmd/...",
	}},

	{"./internal/boundaries", nil},
	{"./internal/inflate", nil},
	{"./internal/loopback", nil},
	{"./internal/devstack/...", []string{"./insights", "./internal/devstack/...", "./internal/loopback"}},
	{"./internal/testdb", []string{"./insights", "./store", "./migrations", "./internal/devstack/..."}},
	{"./internal/testgit", nil},
	{"./internal/prose", nil},
	{"./internal/e2e", nil},
	{"./bench/...", []string{
		"./insights", "./store", "./gitrepo", "./search/...", "./workflows/contract", "./worker",
		"./activities", "./internal/...", "./bench/...",
	}},
}

// mustNotReach states what a package must not import, directly or through any other package. "./"
// marks a package of this module. thirdParty is every package that is neither of this module nor of
// the standard library.
var mustNotReach = []struct {
	pkg       string
	forbidden []string
	because   string
}{
	{
		pkg:       "./insights",
		forbidden: []string{"os/exec", "net/http", "database/sql", thirdParty},
		because:   "the domain depends on the standard library only and does no input or output",
	},
	{
		pkg:       "./search/match",
		forbidden: []string{"os/exec", "net/http", "database/sql", thirdParty},
		because:   "matching is a function of a query and a file's bytes",
	},
	{
		pkg:       "./search/query/...",
		forbidden: []string{"os/exec", "net/http", "database/sql", thirdParty},
		because:   "parsing a query is a function of its text",
	},
	{
		pkg:       "./search/history",
		forbidden: []string{"net/http", "database/sql", thirdParty},
		because:   "`backsight history` counts without a server",
	},
	{
		pkg:       "./search/engine",
		forbidden: []string{"./store", "net/http", "database/sql", "go.temporal.io/..."},
		because:   "`backsight history` judges samples with this code too, without a server",
	},
	{
		pkg:       "./gitrepo",
		forbidden: []string{"net/http", "database/sql", "go.temporal.io/..."},
		because:   "only git's own binary uses the network",
	},
	{
		pkg:       "./store",
		forbidden: []string{"go.temporal.io/...", "os/exec"},
		because:   "the store must not depend on workflows or git",
	},
	{
		pkg:       "./api",
		forbidden: []string{"./gitrepo/...", "./search/match", "./search/history/...", "./search/engine", "./activities", "./workflows", "./telemetry"},
		because:   "the API reads the database and sends messages; it neither searches nor runs git",
	},
	{
		pkg:       "./workflows/machine",
		forbidden: []string{"./store", "./gitrepo", "./activities", "./workflows", "os/exec", "database/sql"},
		because:   "what a series does next is a function of its state and a message",
	},
	{
		pkg:       "./cmd/backsight",
		forbidden: []string{"./internal/testdb", "./internal/testgit", "./internal/e2e", "./bench/..."},
		because:   "the program does not link what tests and benchmarks need",
	},
	{
		pkg:       "./cmd/backsight",
		forbidden: []string{"github.com/go-enry/...", "github.com/klauspost/..."},
		because: "only tests use them: go-enry fills maps and compiles regular expressions at each " +
			"start, and internal/inflate is faster than klauspost/compress",
	},
}

// workflowsMustNotImport are packages that workflow code must not import directly, because they
// make a workflow non-deterministic or tie it to one machine. The rule is not transitive: workflow
// code names activities, which do use these packages. `workflowcheck` follows the calls instead.
var workflowsMustNotImport = []string{
	"os", "os/exec", "net", "net/http", "math/rand", "math/rand/v2", "database/sql", "io/fs",
}
