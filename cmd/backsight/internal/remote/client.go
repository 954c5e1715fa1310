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

	"github.com/backsight/backsight/insights"
)

// Client speaks to one server. It is safe for concurrent use.
type Client struct {
	server  string
	http    http.Client   // without a timeout of its own
	timeout time.Duration // bounds one operation, its answer included
	idle    time.Duration // bounds each wait for the next part of a page, as long as the whole may take
}

const (
	timeout     = time.Minute
	idleTimeout = 5 * time.Minute // the first part of an export comes when the server has read all of it
)

// New returns a client of the server at the base URL, for example "http://127.0.0.1:7080".
func New(server string) *Client {
	return &Client{server: strings.TrimRight(server, "/"), timeout: timeout, idle: idleTimeout}
}

// Error is one entry of a GraphQL answer's errors.
type Error struct {
	Message    string `json:"message"`
	Extensions struct {
		Code       insights.Code `json:"code"`
		Field      []any         `json:"field"`
		Start      *int          `json:"start"` // UTF-16 offsets in the field's text
		End        *int          `json:"end"`
		Suggestion string        `json:"suggestion"`
	} `json:"extensions"`
}

// Refusal is an answer with errors.
type Refusal struct{ Errors []Error }

// Error has a line for each error.
func (r *Refusal) Error() string {
	lines := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		lines[i] = e.Message
	}
	return strings.Join(lines, "\n")
}

// Do runs an operation and decodes its data into result, which may be nil. An answer with errors is an *insights.Error
// with the first error's code, around a *Refusal.
func (c *Client) Do(ctx context.Context, operation string, variables map[string]any, result any) error {
	body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(bounded, http.MethodPost, c.server+"/graphql", bytes.NewReader(body))
	if err != nil {
		return insights.Errorf(insights.Invalid, "--server %s is not a URL: write it as in http://127.0.0.1:7080", c.server)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return insights.Errorf(insights.Unavailable, "%s: its answer ended early: %w", c.server, err)
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []Error         `json:"errors"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || (answer.Data == nil && len(answer.Errors) == 0) {
		return insights.Errorf(insights.Unavailable, "%s does not speak as a backsight server does (status %d: %s)", c.server, response.StatusCode, firstLine(text))
	}
	if len(answer.Errors) > 0 {
		refusal := &Refusal{Errors: answer.Errors}
		code := answer.Errors[0].Extensions.Code
		if code == "" {
			code = insights.Internal
		}
		return &insights.Error{Code: code, Message: refusal.Error(), Cause: refusal}
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Data, result); err != nil {
		return fmt.Errorf("%s: the answer is not what was asked for: %w", c.server, err)
	}
	return nil
}

// cause drops the method and URL that net/http puts in front.
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

// errSilent is why a page was given up whose next part did not come.
var errSilent = errors.New("nothing came for too long")

// patient reads a page, however long it takes while each of its parts comes in time.
type patient struct {
	io.Reader
	idle  time.Duration
	watch *time.Timer // runs while a read does: whoever takes long over what came is no reason to give up
}

func (p patient) Read(b []byte) (int, error) {
	p.watch.Reset(p.idle)
	defer p.watch.Stop()
	return p.Reader.Read(b)
}

// Get copies the body of a plain page, for example an export, to w. The server's own words are the error's. Without an error all of it
// came.
func (c *Client) Get(ctx context.Context, path string, w io.Writer) error {
	watched, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(c.idle, func() { cancel(errSilent) })
	defer watch.Stop()
	request, err := http.NewRequestWithContext(watched, http.MethodGet, c.server+path, nil)
	if err != nil {
		return insights.Errorf(insights.Invalid, "--server %s is not a URL: write it as in http://127.0.0.1:7080", c.server)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer response.Body.Close()
	body := patient{Reader: response.Body, idle: c.idle, watch: watch}
	if response.StatusCode != http.StatusOK {
		text, err := io.ReadAll(io.LimitReader(body, 1<<16))
		if err != nil {
			return insights.Errorf(insights.Unavailable, "%s: its answer ended early: %w", c.server, err)
		}
		code := map[int]insights.Code{
			http.StatusBadRequest: insights.Invalid, http.StatusNotFound: insights.NotFound, http.StatusServiceUnavailable: insights.Unavailable,
		}[response.StatusCode]
		if code == "" {
			code = insights.Internal
		}
		return insights.Errorf(code, "%s", firstLine(text))
	}
	if _, err := io.Copy(w, body); err != nil {
		return insights.Errorf(insights.Unavailable, "%s: its answer ended early: %w", c.server, err)
	}
	return nil
}

func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return insights.Errorf(insights.Unavailable, "no server answers at %s: start one with `backsight up`, or name another with --server or BACKSIGHT_SERVER (%w)", c.server, cause(err))
}
