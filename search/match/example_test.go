package match_test

import (
	"fmt"

	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

func ExampleCompile() {
	q, err := query.Parse(`lang:go (TODO OR FIXME)`)
	if err != nil {
		panic(err)
	}
	m, err := match.Compile(q, match.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println("needs the content of README.md:", m.Want("README.md") == match.Content)
	fmt.Println("needs the content of main.go:", m.Want("main.go") == match.Content)
	fmt.Println("matches:", m.Match("main.go", []byte("// TODO: first\n// fixme: second, todo: third\n")).N)
	// Output:
	// needs the content of README.md: false
	// needs the content of main.go: true
	// matches: 3
}

func ExampleMatcher_Match_byValue() {
	q, err := query.Parse(`file:go\.mod$ /^go (1\.\d+)/`)
	if err != nil {
		panic(err)
	}
	m, err := match.Compile(q, match.Options{ByValue: true})
	if err != nil {
		panic(err)
	}
	counts := m.Match("go.mod", []byte("module acme\n\ngo 1.26.8\n"))
	fmt.Println(counts.N, counts.Values)
	// Output:
	// 1 map[1.26:1]
}

func ExampleMatcher_Required() {
	q, err := query.Parse(`/context\.(TODO|Background)\(\)/ case:yes`)
	if err != nil {
		panic(err)
	}
	m, err := match.Compile(q, match.Options{})
	if err != nil {
		panic(err)
	}
	required := m.Required()
	fmt.Println(required.Holds([]byte("ctx := context.Background()")))
	fmt.Println(required.Holds([]byte("ctx := r.Context()"))) // need not be searched
	// Output:
	// true
	// false
}
