package api

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// documentLimits refuses documents that are too deep, or too large once every fragment is replaced
// by its fields. It takes time linear in the length of the document, and runs before the validation
// and the calculation of the complexity, which take time linear in the number of fields after the
// replacement: each of 30 fragments that spreads the next one twice doubles that number.
type documentLimits struct {
	// checked are the documents that the engine has validated, and so were checked before.
	checked graphql.Cache[*ast.QueryDocument]
}

func (documentLimits) ExtensionName() string                   { return "DocumentLimits" }
func (documentLimits) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters changes nothing. The GraphQL engine calls it before it parses the
// document.
func (l documentLimits) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if _, known := l.checked.Get(ctx, params.Query); known {
		return nil
	}
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, maxTokens)
	if err != nil {
		return nil //nolint:nilerr // the engine parses the document again and reports the error
	}
	m := measurer{fragments: document.Fragments, known: map[string]extent{}}
	for _, fragment := range document.Fragments {
		if err := m.fragment(fragment.Name).check(); err != nil {
			return err
		}
	}
	for _, operation := range document.Operations {
		if err := m.of(operation.SelectionSet).check(); err != nil {
			return err
		}
	}
	return nil
}

// extent is the size of a selection whose fragments are replaced by their fields.
type extent struct {
	fields int // fields and spreads; not above maxFields+1
	depth  int // the greatest number of nested fields
}

func (e extent) check() *gqlerror.Error {
	switch {
	case e.depth > maxDepth:
		return gqlerror.Errorf("the operation nests more than %d fields deep: use several operations", maxDepth)
	case e.fields > maxFields:
		return gqlerror.Errorf("the operation has more than %d fields, with the fields of each fragment counted where the fragment is used: use several operations", maxFields)
	}
	return nil
}

// measurer measures selections. It measures each fragment once.
type measurer struct {
	fragments ast.FragmentDefinitionList
	known     map[string]extent
}

func (m measurer) of(set ast.SelectionSet) extent {
	var all extent
	for _, selection := range set {
		var e extent
		switch s := selection.(type) {
		case *ast.Field:
			e = m.of(s.SelectionSet)
			e.depth++
			if s.Name == "__schema" || s.Name == "__type" {
				e.depth = 0 // introspection is cheap, and its standard query nests deeper
			}
		case *ast.InlineFragment:
			e = m.of(s.SelectionSet)
		case *ast.FragmentSpread:
			e = m.fragment(s.Name)
		}
		all.fields = min(all.fields+1+e.fields, maxFields+1)
		all.depth = max(all.depth, e.depth)
	}
	return all
}

// fragment measures a fragment. A fragment that does not exist, or that spreads itself, has the
// extent 0 there: validation refuses both.
func (m measurer) fragment(name string) extent {
	if e, ok := m.known[name]; ok {
		return e
	}
	m.known[name] = extent{}
	if definition := m.fragments.ForName(name); definition != nil {
		m.known[name] = m.of(definition.SelectionSet)
	}
	return m.known[name]
}
