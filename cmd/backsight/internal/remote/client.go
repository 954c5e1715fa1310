package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"

	"github.com/backsight/backsight/insights"
)

// Client sends requests to one server. It implements graphql.Client for the generated functions.
// Safe for concurrent use.
type Client struct {
	server  string
	http    http.Client   // without a timeout of its own
	timeout time.Duration // for one GraphQL operation, including its answer
	// for each wait for the next part of an export; the whole export has no limit
	idle time.Duration
}

var _ graphql.Client = (*Client)(nil)

const (
	timeout = time.Minute
	// long, because the server reads the whole export before it sends the first part
	idleTimeout = 5 * time.Minute
)

// New returns a client of the server at the base URL, for example "http://127.0.0.1:7080".
func New(server string) *Client {
	return &Client{server: strings.TrimRight(server, "/"), timeout: timeout, idle: idleTimeout}
}

// Error is one entry of the errors in a GraphQL answer.
type Error struct {
	Message    string `json:"message"`
	Extensions struct {
		Code       insights.Code `json:"code"`
		Field      []any         `json:"field"` // the path of the input field that is wrong
		Start      *int          `json:"start"` // offsets in the field's text, in UTF-16 code units
		End        *int          `json:"end"`
		Suggestion string        `json:"suggestion"`
	} `json:"extensions"`
}

// Refusal is the error for an answer that contains errors.
type Refusal struct{ Errors []Error }

// Error returns one line for each error.
func (r *Refusal) Error() string {
	lines := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		lines[i] = e.Message
	}
	return strings.Join(lines, "\n")
}

// MakeRequest runs an operation and decodes its data into response.Data. An answer with errors
// becomes an *insights.Error that has the code of the first error and wraps a *Refusal. A server
// that cannot be reached, that is not a Backsight server, or whose answer ends early, becomes an
// *insights.Error with the code Unavailable. A server URL that is not valid becomes one with the
// code Invalid. If ctx has ended, the error is ctx.Err() or wraps it.
func (c *Client) MakeRequest(ctx context.Context, operation *graphql.Request, response *graphql.Response) error {
	body, err := json.Marshal(operation)
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(bounded, http.MethodPost, c.server+"/graphql", bytes.NewReader(body))
	if err != nil {
		return c.notAURL()
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	answer, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return c.cutOff(err)
	}
	var decoded struct {
		Data   json.RawMessage `json:"data"`
		Errors []Error         `json:"errors"`
	}
	if err := json.Unmarshal(text, &decoded); err != nil || (decoded.Data == nil && len(decoded.Errors) == 0) {
		return insights.Errorf(insights.Unavailable, "%s does not answer like a Backsight server (status %d: %s): check the URL", c.server, answer.StatusCode, firstLine(text))
	}
	if len(decoded.Errors) > 0 {
		refusal := &Refusal{Errors: decoded.Errors}
		code := decoded.Errors[0].Extensions.Code
		if code == "" {
			code = insights.Internal
		}
		return &insights.Error{Code: code, Message: refusal.Error(), Cause: refusal}
	}
	if err := json.Unmarshal(decoded.Data, response.Data); err != nil {
		return fmt.Errorf("%s: the server's answer does not have the requested form: %w", c.server, err)
	}
	return nil
}

// cause returns the innermost error, without the texts that net/http puts in front of it, such as
// the method and the URL.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func firstLine(text []byte) string {
	const most = 200 // bytes
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line[:min(len(line), most)]
}

func (c *Client) notAURL() error {
	return insights.Errorf(insights.Invalid, "--server %s is not a URL: write it like http://127.0.0.1:7080", c.server)
}

func (c *Client) cutOff(err error) error {
	return insights.Errorf(insights.Unavailable, "%s: the answer ended early: %w", c.server, err)
}

func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return insights.Errorf(insights.Unavailable,
		"no server answers at %s: start one with `backsight up`, or give the URL of another one with --server or BACKSIGHT_SERVER (%w)",
		c.server, cause(err))
}
