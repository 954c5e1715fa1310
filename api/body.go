package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/backsight/backsight/insights"
)

// operationRequest is the JSON object of a GraphQL request. Its types are what the GraphQL engine
// requires.
type operationRequest struct {
	Query         string                     `json:"query"`
	OperationName string                     `json:"operationName"`
	Variables     map[string]json.RawMessage `json:"variables"`
	Extensions    map[string]json.RawMessage `json:"extensions"`
}

// withBody reads the whole body of a GraphQL request and refuses a body that is not one operation,
// so that the GraphQL engine gets valid requests only and its own error texts, which name Go types
// and repeat the body, are never sent. The server's read deadline bounds the time, and guard bounds
// the size. withBody calls `refused` for each request that it refuses.
func withBody(next http.Handler, refused func()) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse := func(status int, message string) {
			refused()
			refuseOperation(w, status, message)
		}
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			refuse(http.StatusUnsupportedMediaType, `send the operation as JSON, with the header "Content-Type: application/json"`)
			return
		}
		body, err := io.ReadAll(r.Body)
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body of the request is too large: at most %d bytes are allowed", tooLarge.Limit))
			return
		}
		if err != nil {
			w.Header().Set("Connection", "close")
			refuse(http.StatusRequestTimeout, "the body of the request did not arrive completely in time")
			return
		}
		if problem := checkBody(body); problem != "" {
			refuse(http.StatusBadRequest, problem)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// checkBody returns why a body is not one operation, or "" if it is one.
func checkBody(body []byte) string {
	text := bytes.TrimSpace(body)
	switch {
	case len(text) == 0:
		return `the body of the request is empty: send a JSON object with the field "query"`
	case text[0] == '[':
		return "several operations in one request are not supported: send each operation in a request of its own"
	case text[0] != '{':
		return `the body of the request must be a JSON object with the field "query"`
	}
	var request operationRequest
	err := json.Unmarshal(text, &request)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		expected := "a string"
		if wrong.Field == "variables" || wrong.Field == "extensions" {
			expected = "an object"
		}
		return fmt.Sprintf("the field %q of the request must be %s, and is: %s", wrong.Field, expected, wrong.Value)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf("the body of the request is not valid JSON (byte %d)", syntax.Offset)
	}
	if err != nil {
		return "the body of the request is not valid JSON"
	}
	if request.Query == "" {
		return `the field "query" of the request is missing or empty`
	}
	return ""
}

// refuseOperation answers as the GraphQL engine does for an invalid operation.
func refuseOperation(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	refusal := gqlerror.Error{Message: message, Extensions: map[string]any{"code": string(insights.Invalid)}}
	// A write fails only if the client has disconnected.
	_ = json.NewEncoder(w).Encode(graphql.Response{Errors: gqlerror.List{&refusal}})
}
