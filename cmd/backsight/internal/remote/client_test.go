package remote

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestMakeRequest(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		status     int
		code       insights.Code
		says       string
	}{
		{"data", `{"data":{"n":7}}`, 200, "", ""},
		{"an error", `{"data":null,"errors":[{"message":"taken","extensions":{"code":"conflict"}}]}`, 200, insights.Conflict, "taken"},
		{"two errors", `{"errors":[{"message":"a","extensions":{"code":"invalid"}},{"message":"b"}]}`, 200, insights.Invalid, "a\nb"},
		{"an error without a code", `{"errors":[{"message":"odd"}]}`, 422, insights.Internal, "odd"},
		{"another kind of server", "<html>\nhello", 404, insights.Unavailable, "does not answer like a Backsight server (status 404: <html>)"},
		{"JSON of another kind", `{"ok":true}`, 200, insights.Unavailable, "does not answer like"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(row.status)
				_, _ = w.Write([]byte(row.body))
			}))
			defer server.Close()
			var result struct{ N int }
			err := New(server.URL+"/").MakeRequest(t.Context(), &graphql.Request{Query: "{ n }"}, &graphql.Response{Data: &result})
			require.Equal(t, row.code, insights.ErrorCode(err))
			if row.code == "" {
				require.Equal(t, 7, result.N)
				return
			}
			require.ErrorContains(t, err, row.says)
		})
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.Error(w, "insight x does not exist", http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte("a,b\n"))
	}))
	defer server.Close()
	var out bytes.Buffer
	require.NoError(t, New(server.URL).Get(t.Context(), "/here", &out))
	require.Equal(t, "a,b\n", out.String())
	err := New(server.URL).Get(t.Context(), "/gone", &out)
	require.Equal(t, insights.NotFound, insights.ErrorCode(err))
	require.EqualError(t, err, "insight x does not exist")
}

// Ctrl-C must not be reported as a server that is unavailable.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Health(ctx, New("http://127.0.0.1:1"))
	require.ErrorIs(t, err, context.Canceled)
}

// partsServer returns a client of a server that sends a page in parts: it sends the next part after
// it has received from `more`, and calls `end` after the last part.
func partsServer(t *testing.T, parts int, more <-chan struct{}, end func(*http.Request)) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range parts {
			_, _ = w.Write([]byte("row\n"))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-more:
			case <-r.Context().Done(): // the client gave up
				return
			}
		}
		end(r)
	}))
	t.Cleanup(server.Close)
	return New(server.URL)
}

// moreWriter asks for the next part after each part that it receives.
type moreWriter struct {
	got  int // bytes
	more chan struct{}
}

func (w *moreWriter) Write(p []byte) (int, error) {
	w.more <- struct{}{}
	w.got += len(p)
	return len(p), nil
}

// There is no limit for the time that a whole page takes.
func TestGet_HasNoLimitForTheWholePage(t *testing.T) {
	t.Parallel()
	w := moreWriter{more: make(chan struct{})}
	c := partsServer(t, 50, w.more, func(*http.Request) {})
	c.timeout = 1 // for GraphQL operations; it ends before the first part arrives
	require.NoError(t, c.Get(t.Context(), "/export/x.csv", &w))
	require.Equal(t, 50*len("row\n"), w.got)
}

// A page that did not arrive completely is an error.
func TestGet_CutOff(t *testing.T) {
	t.Parallel()
	t.Run("broken off", func(t *testing.T) {
		t.Parallel()
		w := moreWriter{more: make(chan struct{})}
		c := partsServer(t, 3, w.more, func(*http.Request) { panic(http.ErrAbortHandler) })
		err := c.Get(t.Context(), "/export/x.csv", &w)
		require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
		require.ErrorContains(t, err, "the answer ended early")
	})
	t.Run("silent after a part", func(t *testing.T) {
		t.Parallel()
		w := moreWriter{more: make(chan struct{})}
		c := partsServer(t, 1, w.more, func(r *http.Request) { <-r.Context().Done() })
		c.idle = 200 * time.Millisecond // enough for the first part to arrive
		err := c.Get(t.Context(), "/export/x.csv", &w)
		require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
		require.ErrorIs(t, err, errSilent)
	})
	t.Run("silent from the start", func(t *testing.T) {
		t.Parallel()
		c := partsServer(t, 0, nil, func(r *http.Request) { <-r.Context().Done() })
		c.idle = 1
		err := c.Get(t.Context(), "/export/x.csv", &bytes.Buffer{})
		require.Equal(t, insights.Unavailable, insights.ErrorCode(err))
		require.ErrorIs(t, err, errSilent)
	})
}
