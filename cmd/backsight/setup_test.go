package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// answers is a server that answers GraphQL operations from a script and records the requests.
type answers struct {
	t   *testing.T
	url string

	mu     sync.Mutex
	script []scripted
	asked  []asked
}

// scripted is the answer to operations that contain the text `has`. Several answers for the same
// text are used in order, the last one for all further operations.
type scripted struct{ has, answer string }

// schema is the schema of the server. Every operation that a command sends must be valid in it.
var schema = sync.OnceValue(func() *ast.Schema {
	const path = "../../api/schema.graphql"
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: path, Input: string(text)})
})

type asked struct {
	Query     string
	Variables json.RawMessage
}

func serve(t *testing.T, script ...scripted) *answers {
	t.Helper()
	a := &answers{t: t, script: script}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.url = server.URL
	return a
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Method == http.MethodGet {
		_, _ = w.Write([]byte("GET " + r.URL.Path))
		return
	}
	var got asked
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, err := gqlparser.LoadQueryWithRules(schema(), got.Query, rules.NewDefaultRules()); err != nil {
		a.t.Errorf("the schema does not allow the operation %s: %v", got.Query, err)
	}
	a.asked = append(a.asked, got)
	for i, s := range a.script {
		if !strings.Contains(got.Query, s.has) {
			continue
		}
		for _, later := range a.script[i+1:] {
			if later.has == s.has {
				a.script = append(a.script[:i:i], a.script[i+1:]...)
				break
			}
		}
		_, _ = w.Write([]byte(s.answer))
		return
	}
	_, _ = w.Write([]byte(`{"errors":[{"message":"the test has no answer","extensions":{"code":"internal"}}]}`))
}

// run runs a command line against the server.
func (a *answers) run(args ...string) (status int, stdout, stderr string) {
	a.t.Helper()
	return runCLI(a.t, append(args, "--server", a.url)...)
}

func runCLI(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, &out, &errs)
	return status, out.String(), errs.String()
}

func requireLines(t *testing.T, want []string, got string) {
	t.Helper()
	require.Equal(t, strings.Join(want, "\n")+"\n", got)
}
