package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/backsight/backsight/insights"
)

// Each body that is not one operation gets one error with a code, in words that name no Go type and
// do not repeat the body, also when the client asks for a stream.
func TestBodiesOfOperations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, accept := range []string{"application/json", "text/event-stream"} {
		for _, row := range []struct {
			kind, body string
			status     int
			says       string
		}{
			{"application/json", ``, 400, "is empty"},
			{"application/json", ` `, 400, "is empty"},
			{"application/json", `[{"query":"{ __typename }"}]`, 400, "send each operation in a request of its own"},
			{"application/json", `"{ __typename }"`, 400, "must be a JSON object"},
			{"application/json", `null`, 400, "must be a JSON object"},
			{"application/json", `{}`, 400, `"query" of the request is missing`},
			{"application/json", `{"query":1}`, 400, `"query" of the request must be a string, and is: number`},
			{"application/json", `{"query":"{ __typename }","variables":[]}`, 400, `"variables" of the request must be an object, and is: array`},
			{"application/json", `{"query":"{ __typename }","operationName":{}}`, 400, `"operationName" of the request must be a string, and is: object`},
			{"application/json", `{"query":"{ __typename }","extensions":"secret"}`, 400, `"extensions" of the request must be an object`},
			{"application/json", `{"query":"{ secret }"`, 400, "not valid JSON (byte 21)"},
			{"application/json", `{"query":"{ __typename }"} secret`, 400, "not valid JSON"},
			{"application/json", "\xff\xfe", 400, "must be a JSON object"},
			{"application/json", strings.Repeat("[", 1<<20), 400, "several operations"},
			{"application/json", `{"variables":` + strings.Repeat("[", 1<<20), 400, "not valid JSON"},
			{"application/json", `{"query":"` + strings.Repeat(" ", maxBody) + `"}`, 413, "too large: at most 4194304 bytes"},
			{"text/plain", `{"query":"{ __typename }"}`, 415, "Content-Type: application/json"},
			{"", `{"query":"{ __typename }"}`, 415, "Content-Type: application/json"},
		} {
			name := row.body[:min(len(row.body), 40)]
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/graphql", strings.NewReader(row.body))
			require.NoError(t, err)
			r.Header.Set("Content-Type", row.kind)
			r.Header.Set("Accept", accept)
			response, err := http.DefaultClient.Do(r)
			require.NoError(t, err, name)
			text, err := io.ReadAll(response.Body)
			require.NoError(t, err, name)
			require.NoError(t, response.Body.Close())
			require.Equal(t, row.status, response.StatusCode, name)
			var a answer
			require.NoError(t, json.Unmarshal(text, &a), "%s: %s", name, text)
			require.Len(t, a.Errors, 1, name)
			require.Contains(t, a.Errors[0].Message, row.says, name)
			require.Equal(t, string(insights.Invalid), a.Errors[0].Extensions["code"], name)
			for _, internal := range []string{"secret", "graphql.", "json:", "Go value"} {
				require.NotContains(t, string(text), internal, name)
			}
		}
	}
	response, err := http.Get(b.url + "/graphql")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusMethodNotAllowed, response.StatusCode)
	require.Equal(t, http.MethodPost, response.Header.Get("Allow"))
}

// The server's read deadline ends a body that does not arrive, whatever the response is to be.
func TestBodyThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(New(Config{}))
	server.Config.ReadHeaderTimeout, server.Config.ReadTimeout = time.Minute, 100*time.Millisecond
	server.Start()
	defer server.Close()
	for _, accept := range []string{"application/json", "text/event-stream"} {
		client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(client, "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: %s\r\nContent-Length: 100\r\n\r\n{", accept)
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(client), nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusRequestTimeout, response.StatusCode)
		require.NoError(t, response.Body.Close())
		require.NoError(t, client.Close())
	}
}

// A request without a read deadline must not have a body.
func TestGetWithABody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(b.url, "http://"))
	require.NoError(t, err)
	defer client.Close()
	_, err = fmt.Fprintf(client, "GET /export/x.csv HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(client), nil)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusBadRequest, response.StatusCode)
	require.True(t, response.Close, "the rest of the body is not read")
}

// Queries and mutations have a deadline, however their response is sent. Subscriptions have none.
func TestDeadlinesOfOperations(t *testing.T) {
	t.Parallel()
	for operation, bounded := range map[ast.Operation]bool{ast.Query: true, ast.Mutation: true, ast.Subscription: false} {
		ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: operation}})
		withTimeout(ctx, func(ctx context.Context) *graphql.Response {
			_, has := ctx.Deadline()
			require.Equal(t, bounded, has, operation)
			return nil
		})
	}
}
