package match_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// A recipe is a series from Sourcegraph's page "Common use cases and recipes", with a small
// repository and the counts in it. Queries are as on the page, except that those of series by value
// start with patterntype:regexp, which Sourcegraph's form adds.
type recipe struct {
	name, query string
	files       map[string]string
	want        int64
	values      map[string]int64 // for a series by value
}

type files = map[string]string

var (
	terraform = files{
		"main.tf":  "module \"a\" {\n source = \"app.terraform.io/acme/a/aws\"\n version = \"1.1.0\"\n}\nmodule \"b\" {\n source = \"app.terraform.io/acme/b/aws\"\n version = \"1.2.0\"\n}\n",
		"notes.md": "app.terraform.io/acme/a\n version = 1.1.0\n",
	}
	styles = files{"a.scss": "", "b.module.scss": "", "c.module.scss": "", "d.css": "", "modules/e.scss": ""}
	gradle = files{
		"build.gradle": "compile group: 'org.apache.logging.log4j', name: 'log4j-core', version: '2.14.1'\ncompile group: \"org.apache.logging.log4j\", version: \"2.17.1\"\ncompile 'org.apache.logging.log4j' 2.3.0\n",
		"notes.txt":    "'org.apache.logging.log4j' 2.14.1\n",
	}
	pom = files{
		"pom.xml":     "<properties>\n<java.version>11</java.version>\n</properties>",
		"api/pom.xml": "<java.version>17</java.version>",
		"web/pom.xml": "<java.version>11</java.version>",
		"pom.xml.bak": "<java.version>8</java.version>",
	}
	eslint     = files{".eslintignore": "dist\n\nbuild\n*.d.ts", "web/.eslintignore": "dist\n"}
	docker     = files{"Dockerfile": "FROM golang:latest\nFROM acme/base:latest AS build\nFROM node:latest@sha256:1f\nFROM alpine:3.19\n", "README.md": "FROM golang:latest\n"}
	yarn       = files{"yarn.lock": "# yarn lockfile v1\n", "web/yarn.lock": ""}
	sources    = files{"a.ts": "", "b.ts": "", "c.js": "", "d.go": "", "e.tsx": ""}
	ci         = files{".circleci/config.yml": "version: 2\n", "config.yml": ""}
	wording    = files{"a.txt": "blacklist whitelist Blacklist", "b.txt": "denylist", "c.txt": "the allowlist, not the WHITELIST"}
	python     = files{"a.py": "#!/usr/bin/env python3\n", "b.py": "#!/usr/bin/env python2.7\n", "c.py": "#!/usr/bin/env python3.11\n", "d.py": "import os\n"}
	react      = files{"a.tsx": "export const App: React.FunctionComponent<Props> = () => null\nconst B: FunctionComponent = b\nclass C extends React.PureComponent<P> {}\nclass D extends Component {}\nconst E = 1\n"}
	javaBlocks = files{
		"A.java": "class A {\n void a() {\n  try { b(\"}\"); } catch (IOException e) {\n  } finally { c(); }\n  try { d(); } catch (E e) { log(e); } finally { f(); }\n  try { g(); } finally { }\n }\n}\n",
		"a.txt":  "try {} catch (e) { } finally {}",
	}
	vars   = files{"a.js": "var a = 1\nlet b = 2\nvar c = { d: 1 }\n", "b.ts": "// var x = 1\nvar d: number = 3\n", "c.go": "var e = 4\n"}
	themes = files{"a.css": "a { color:#fff; background-color:#00FF00 }\nb { color: red }\n"}
	skips  = files{"main.tf": "#checkov:skip=CKV_AWS_20:public\n#checkov:skip=CKV_AWS_20:public\n#checkov:skip=CKV2_AWS_6", "notes.md": "#checkov:skip=CKV1"}
	mocha  = files{"a.ts": "this.skip()\nit.skip('x', f)\nit.skip('y', g)\nit('z', h)\n", "b.js": "it.skip('x')\n"}
	tests  = files{
		"web/end-to-end/a.test.ts": "it('a', f)\ntest('b', g)\nsubmit('c')\nIt('d')\n", "web/regression/a.test.ts": "it('a')\n", "web/integration/b.test.ts": "test('b')\ntest('c')\n", "web/integration/b.ts": "test('d')\n",
	}
	teams   = files{"mobileTeam/a.swift": "newAPI.call(newAPI.call())", "webappTeam/b.ts": "newAPI.call()", "c.ts": "newAPI.call() problemAPI", "teamOneDirectory/d.ts": "problemAPI problemAPI", "teamTwoDirectory/e.ts": "problemAPI"}
	graphql = files{"a.ts": "requestGraphQL(q)\nrequestGraphQL<Result, Vars>(q)\nrequestGraphQL\nqueryGraphQL(q)\nmutateGraphQL<R>(m)\nuseQuery(q)\nuseLazyQuery<R>(q)\nuseConnection(c)\nuseState(s)\n"}
)

var recipes = []recipe{
	{"Terraform versions", `app.terraform.io/(.*)\n version =(.*)1.1.0 patternType:regexp lang:Terraform`, terraform, 1, nil},
	{"Terraform versions", `app.terraform.io/(.*)\n version =(.*)1.2.0 patternType:regexp lang:Terraform`, terraform, 1, nil},
	{"Global CSS to CSS modules", `select:file lang:SCSS -file:module patterntype:regexp`, styles, 1, nil},
	{"Global CSS to CSS modules", `select:file lang:SCSS file:module patterntype:regexp`, styles, 3, nil},
	{"Vulnerable and fixed Log4j versions", `lang:gradle org\.apache\.logging\.log4j['"] 2\.(0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16)(\.[0-9]+) patterntype:regexp`, gradle, 2, nil},
	{"Vulnerable and fixed Log4j versions", `lang:gradle org\.apache\.logging\.log4j['"] 2\.(17)(\.[0-9]+) patterntype:regexp`, gradle, 1, nil},
	{"Yarn adoption", `select:repo file:yarn.lock`, yarn, 1, nil},
	{"Yarn adoption", `select:repo file:yarn.lock`, sources, 0, nil},
	{"Java versions", `patterntype:regexp file:pom\.xml$ <java\.version>(.*)</java\.version>`, pom, 3, map[string]int64{"11": 2, "17": 1}},
	{"Linter override rules", `file:^\.eslintignore .\n patternType:regexp`, eslint, 2, nil},
	{"Language use over time", `select:file lang:TypeScript`, sources, 2, nil},
	{"Language use over time", `select:file lang:JavaScript`, sources, 1, nil},
	{"Pinned vs unpinned Docker base images", `^FROM (\w+\/)?\w+:latest($|\s) file:Dockerfile patternType:regexp`, docker, 2, nil},
	{"Pinned vs unpinned Docker base images", `^FROM (\w+\/)?\w+:latest@sha file:Dockerfile patternType:regexp`, docker, 1, nil},

	{"Config or docs file", `select:repo file:docs/*/new_config_filename`, files{"docs/new_config_filename": ""}, 1, nil},
	{"Config or docs file", `select:repo file:docs/*/new_config_filename`, files{"docs/old_config_filename": ""}, 0, nil},
	{"blacklist/whitelist to denylist/allowlist", `select:file blacklist OR whitelist`, wording, 2, nil},
	{"blacklist/whitelist to denylist/allowlist", `select:file denylist OR allowlist`, wording, 2, nil},
	{"Python 2 to Python 3", `#!/usr/bin/env python3`, python, 2, nil},
	{"Python 2 to Python 3", `#!/usr/bin/env python2`, python, 1, nil},
	{"React class to function components", `patternType:regexp const\s\w+:\s(React\.)?FunctionComponent`, react, 2, nil},
	{"React class to function components", `patternType:regexp extends\s(React\.)?(Pure)?Component`, react, 2, nil},

	{"New API usage", `select:repo ourApiLibraryName.load`, files{"a.ts": "ourApiLibraryName.load()\nourApiLibraryName.load()", "b.ts": "ourApiLibraryName.load()"}, 1, nil},
	{"Frequently used databases", `redis\.set patternType:regexp`, files{"a.py": "redis.set('a', 1)\nredis.get('a')\nRedis.set('b')\nredisXset\n"}, 2, nil},
	{"Frequently used databases", `graphql\( patternType:regexp`, files{"a.ts": "graphql(schema)\ngraphql\nrequestGraphQL(q)"}, 2, nil},
	{"Large or expensive package usage", `select:repo import\slargePkg patternType:regexp`, files{"a.py": "import largePkg\n"}, 1, nil},
	{"React component use", `from '@sourceLibrary/component' patternType:keyword`, files{"a.ts": "import { A } from '@sourceLibrary/component'\n", "b.ts": "import { B } from 'b'\n"}, 2, nil},
	{"CI tooling adoption", `file:\.circleci/config.yml select:repo`, ci, 1, nil},

	{"CSS class", `deprecated-class`, files{"a.css": ".deprecated-class {}", "a.html": "<p class='deprecated-class'><b class='deprecated-class'>"}, 3, nil},
	{"Icon or image", `2018logo.png`, files{"a.html": "<img src='2018logo.png'><img src='2018logoXpng'>"}, 1, nil},
	{"Structural code pattern", `try {:[_]} catch (:[e]) { } finally {:[_]} lang:java patternType:structural`, javaBlocks, 1, nil},
	{"Tooling", `deprecatedEventLogger.log`, files{"a.ts": "deprecatedEventLogger.log('a')\neventLogger.log('b')"}, 1, nil},
	{"Var keywords", `(lang:TypeScript OR lang:JavaScript) var ... =  patterntype:structural`, vars, 3, nil},
	{"Consolidation of testing libraries", `from '@testing-library/react'`, files{"a.ts": "import { render } from '@testing-library/react'\n"}, 1, nil},
	{"Consolidation of testing libraries", `from 'enzyme'`, files{"a.ts": "import { mount } from 'enzyme'\nfrom \"enzyme\""}, 1, nil},

	{"License types", `patterntype:regexp file:package.json "license":\s"(.*)"`, files{"package.json": "{\n \"license\": \"MIT\",\n}", "a/package.json": "{\"license\": \"Apache-2.0\"}", "b/package.json": "{\"license\": \"MIT\"}"}, 3, map[string]int64{"MIT": 2, "Apache-2.0": 1}},
	{"All log4j versions", `patterntype:regexp lang:gradle org\.apache\.logging\.log4j['"] 2\.([0-9]+)\.`, gradle, 3, map[string]int64{"14": 1, "17": 1, "3": 1}},
	{"Python versions", `patterntype:regexp #!/usr/bin/env python([0-9]\.[0-9]+)`, python, 2, map[string]int64{"2.7": 1, "3.11": 1}},
	{"Node.js versions", `patterntype:regexp nvm\suse\s([0-9]+\.[0-9]+)`, files{"a.sh": "nvm use 18.2.1\nnvm use 20.0\nnvm use node\n", "b.sh": "nvm use 18.2\n"}, 3, map[string]int64{"18.2": 2, "20.0": 1}},
	{"CSS colors", `patterntype:regexp color:#([0-9a-fA-f]{3,6})`, themes, 2, map[string]int64{"fff": 1, "00FF00": 1}},
	{"Types of checkov skips", `patterntype:regexp file:.tf #checkov:skip=(.*)`, skips, 3, map[string]int64{"CKV_AWS_20:public": 2, "CKV2_AWS_6": 1}},
	{"Tracer calls", `patterntype:regexp tracer\.trace\(([\s"'\w@\/:^.#,+-=]+)\)`, files{"a.rb": "tracer.trace('web.request')\ntracer.trace(\"db\")\ntracer.trace()\n"}, 2, map[string]int64{"'web.request'": 1, `"db"`: 1}},

	{"TODOs", `TODO`, files{"a.go": "// TODO: a\n// todo b\n", "b.txt": "TODO TODO"}, 4, nil},
	{"Deprecated calls", `lang:java @deprecated`, files{"A.java": "@Deprecated\nvoid a() {}\n/** @deprecated use b */\n", "a.txt": "@deprecated"}, 2, nil},
	{"Storybook tests", `patternType:regexp f:\.story\.tsx$ \badd\(`, files{"a.story.tsx": "add('x')\nadd('y')\nreadd('z')\n", "a.tsx": "add(1)"}, 2, nil},

	{"Repositories with documentation", `repohasfile:readme select:repo`, docker, 1, nil},
	{"Repositories with documentation", `repohasfile:readme select:repo`, yarn, 0, nil},
	{"Repositories with documentation", `-repohasfile:readme select:repo`, docker, 0, nil},
	{"Repositories with documentation", `-repohasfile:readme select:repo`, yarn, 1, nil},
	{"Ownership via CODEOWNERS files", `repohasfile:CODEOWNERS select:repo`, files{".github/CODEOWNERS": "* @acme\n"}, 1, nil},
	{"Ownership via CODEOWNERS files", `-repohasfile:CODEOWNERS select:repo`, files{"OWNERS": "* @acme\n"}, 1, nil},

	{"Vulnerable open source library", `vulnerableLibrary@14.3.9`, files{"package.json": "\"vulnerableLibrary@14.3.9\"\n\"vulnerableLibrary@14.4.0\""}, 1, nil},
	{"API keys", `regexMatchingAPIKey patternType:regexp`, files{"a.env": "KEY=regexMatchingAPIKey\n"}, 1, nil},
	{"How many tests are skipped", `(this.skip() OR it.skip) lang:TypeScript`, mocha, 3, nil},
	{"Tests amount and types", `patternType:regexp case:yes \b(it|test)\( f:/end-to-end/.*\.test\.ts$`, tests, 2, nil},
	{"Tests amount and types", `patternType:regexp case:yes \b(it|test)\( f:/regression/.*\.test\.ts$`, tests, 1, nil},
	{"Tests amount and types", `patternType:regexp case:yes \b(it|test)\( f:/integration/.*\.test\.ts$`, tests, 2, nil},

	{"TypeScript vs. Go", `select:file lang:Go`, sources, 1, nil},
	{"iOS app screens", `struct\s(.*):\sview$ patternType:regexp lang:swift`, files{"a.swift": "struct Home: View\nstruct Model: Codable\nstruct Settings: View {\n"}, 1, nil},
	{"Adopting new API by team", `file:mobileTeam newAPI.call`, teams, 2, nil},
	{"Adopting new API by team", `file:webappTeam newAPI.call`, teams, 1, nil},
	{"Problematic API by team", `problemAPI file:teamOneDirectory`, teams, 2, nil},
	{"Problematic API by team", `problemAPI file:teamTwoDirectory`, teams, 1, nil},
	{"Data fetching from GraphQL", `patternType:regexp requestGraphQL(\(|<[^>]*>\()`, graphql, 2, nil},
	{"Data fetching from GraphQL", `patternType:regexp (query|mutate)GraphQL(\(|<[^>]*>\()`, graphql, 2, nil},
	{"Data fetching from GraphQL", `patternType:regexp use(Query|Mutation|Connection|LazyQuery)(\(|<[^>]*>\()`, graphql, 3, nil},
}

// count returns what a matcher counts in a repository's files.
func count(t *testing.T, m *match.Matcher, all files) (n int64, values map[string]int64) {
	t.Helper()
	for _, p := range m.Predicates() {
		if !holds(t, p, all) {
			return 0, nil
		}
	}
	for path, content := range all {
		if m.Want(path) == match.Skip {
			continue
		}
		c := m.Match(path, []byte(content))
		n += c.N
		for v, k := range c.Values {
			if values == nil {
				values = map[string]int64{}
			}
			values[v] += k
		}
	}
	if m.PerRepository() {
		n = min(n, 1)
	}
	return n, values
}

func TestRecipes(t *testing.T) {
	t.Parallel()
	for _, r := range recipes {
		q, err := query.Parse(r.query)
		require.NoError(t, err, "%s: %s", r.name, r.query)
		m, err := match.Compile(q, match.Options{ByValue: r.values != nil})
		require.NoError(t, err, "%s: %s", r.name, r.query)
		n, values := count(t, m, r.files)
		require.Equal(t, r.want, n, "%s: %s", r.name, r.query)
		require.True(t, maps.Equal(r.values, values), "%s: %s: %v", r.name, r.query, values)
	}
}

// TestRecipeOfCommits covers the only recipe that searches commits.
func TestRecipeOfCommits(t *testing.T) {
	t.Parallel()
	q, err := query.Parse("type:commit revert")
	require.NoError(t, err)
	m, err := match.Compile(q, match.Options{})
	require.NoError(t, err)
	require.True(t, m.MatchCommit(match.Commit{Message: "Revert \"a\"\n"}))
	require.False(t, m.MatchCommit(match.Commit{Message: "Go forth\n"}))
}
