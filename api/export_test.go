package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// exportOf runs a server whose write deadline is always exceeded, and requests the export of a view
// with many rows. `around` wraps the server's response writer. exportOf returns the export as the
// client receives it.
func exportOf(t *testing.T, format string, around func(http.ResponseWriter) http.ResponseWriter) (text string, err error) {
	t.Helper()
	b := setup(t)
	var queries []string
	for i := range 20 {
		queries = append(queries, fmt.Sprintf("TODO%d", i))
	}
	view := b.create("Debt", queries...)
	for _, s := range view.DataSeries {
		b.settle(s.SeriesID, b.plan(s.SeriesID, "acme/api"), counted)
	}
	handler := New(Config{Store: b.store, Workflows: b.workflows, Repositories: fakeProber{}})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(around(w), r) }))
	server.Config.WriteTimeout = time.Nanosecond
	server.Start()
	defer server.Close()
	response, err := http.Get(server.URL + "/export/" + view.ID + "." + format)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	all, err := io.ReadAll(response.Body)
	return string(all), err
}

// An export may take longer than the server's deadlines: each write extends the deadline.
func TestExportOutlivesTheServersDeadlines(t *testing.T) {
	t.Parallel()
	for format, lines := range map[string]int{"json": 120, "csv": 121} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			var deadlines deadlineWriter
			text, err := exportOf(t, format, func(w http.ResponseWriter) http.ResponseWriter {
				deadlines.ResponseWriter = w
				return &deadlines
			})
			require.NoError(t, err)
			require.Equal(t, lines, strings.Count(text, "\n"))
			require.Equal(t, 1, deadlines.read, "the read that detects a disconnect has no deadline")
			require.Greater(t, deadlines.write, deadlines.writes)
			require.Greater(t, deadlines.writes, 1)
		})
	}
}

// A failed export ends the connection, unlike a complete one.
func TestFailedExportIsNotComplete(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"json", "csv"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			text, err := exportOf(t, format, func(w http.ResponseWriter) http.ResponseWriter {
				return &brokenWriter{ResponseWriter: w, left: 8 << 10}
			})
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.NotEmpty(t, text)
		})
	}
}

// deadlineWriter counts how often a response sets its deadlines.
type deadlineWriter struct {
	http.ResponseWriter
	read, write, writes int
}

func (w *deadlineWriter) Write(p []byte) (int, error) {
	w.writes++
	return w.ResponseWriter.Write(p)
}

func (w *deadlineWriter) SetReadDeadline(t time.Time) error {
	w.read++
	return http.NewResponseController(w.ResponseWriter).SetReadDeadline(t)
}

func (w *deadlineWriter) SetWriteDeadline(t time.Time) error {
	w.write++
	return http.NewResponseController(w.ResponseWriter).SetWriteDeadline(t)
}

// brokenWriter sends a number of bytes and then fails.
type brokenWriter struct {
	http.ResponseWriter
	left int
}

func (w *brokenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errors.Join(errors.New("broken"), http.NewResponseController(w.ResponseWriter).Flush())
	}
	return w.ResponseWriter.Write(p)
}
