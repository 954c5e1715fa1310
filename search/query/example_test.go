package query_test

import (
	"errors"
	"fmt"

	"github.com/backsight/backsight/search/query"
)

func ExampleParse() {
	q, err := query.Parse(`fmt.Errorf( l:go -f:_test\.go$ repo:^acme/ case:yes`)
	if err != nil {
		panic(err)
	}
	fmt.Println("canonical:", q)
	fmt.Println("scope:", q.Scope())
	for _, p := range q.Positive() {
		fmt.Println("pattern:", p.Text)
	}
	// Output:
	// canonical: case:yes repo:^acme/ -file:_test\.go$ lang:Go content:"fmt.Errorf("
	// scope: repo:^acme/
	// pattern: fmt.Errorf(
}

func ExampleParse_error() {
	text := "flie:main TODO"
	_, err := query.Parse(text)
	if e, ok := errors.AsType[*query.Error](err); ok {
		fmt.Println("place:", text[e.Span.Start:e.Span.End])
		fmt.Println("message:", e.Message)
		fmt.Println("suggestion:", e.Suggestion)
	}
	// Output:
	// place: flie:
	// message: unknown field "flie"
	// suggestion: did you mean "file"? to search for it as text, write content:"flie:main"
}

func ExampleParseScope() {
	scope, err := query.ParseScope("repo:^acme/ fork:no")
	if err != nil {
		panic(err)
	}
	const notAFork, fork, notArchived = false, true, false
	fmt.Println(scope.Matches("acme/api", notAFork, notArchived))
	fmt.Println(scope.Matches("acme/api", fork, notArchived))
	fmt.Println(scope.Matches("other/api", notAFork, notArchived))
	// Output:
	// true
	// false
	// false
}

func ExampleScope_String() {
	scope := query.Scope{Expr: &query.Filter{Name: "repo", Value: `^acme/.* \(old\)$`}}
	fmt.Println(scope.String())
	// Output:
	// repo:"^acme/.* \\(old\\)$"
}
