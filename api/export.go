package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// exportHandler serves GET /export/{view}.csv and .json. An export has a row for each point of each
// series, including archived points and the snapshot. The parameters from, to, includeRepoRegex and
// excludeRepoRegex filter it as they filter a chart. JSON has one object per line, with the names
// that the command line uses.
//
// An export is streamed: its memory does not grow with the number of points. It may take any time
// while the client keeps reading (exportIdle). At most maxExports run at the same time, because
// each holds a connection to Postgres. If an export fails after it has started, the handler aborts
// the connection, so a response that ends regularly is complete.
func exportHandler(config Config) http.Handler {
	running := make(chan struct{}, maxExports)
	return http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		w := unhurried(answer)
		id, format, _ := strings.Cut(r.PathValue("file"), ".")
		if format != "csv" && format != "json" {
			plain(w, http.StatusNotFound, "exports are /export/{insight}.csv and /export/{insight}.json")
			return
		}
		select {
		case running <- struct{}{}:
			defer func() { <-running }()
		default:
			w.Header().Set("Retry-After", "10")
			plain(w, http.StatusServiceUnavailable, fmt.Sprintf("%d exports are running, which is the limit: try again later", maxExports))
			return
		}
		view, points, err := exported(r, config.Store, id)
		if err != nil {
			exportError(w, r, config, err)
			return
		}
		defer points.Close()
		w.Header().Set("Content-Disposition", `attachment; filename="`+id+"."+format+`"`)
		if w.Header().Set("Content-Type", "application/x-ndjson"); format == "csv" {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		}
		// The client learns at once that the export has begun; the first point of a large one comes
		// later. This fails only for a test's recorder.
		_ = w.control.Flush()
		out := bufio.NewWriterSize(w, exportBuffer)
		if format == "csv" {
			err = writeCSV(r.Context(), csv.NewWriter(out), view, points)
		} else {
			err = writeJSONLines(r.Context(), json.NewEncoder(out), view, points)
		}
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			config.Logger.WarnContext(r.Context(), "an export failed", "insight", id, "error", err)
			panic(http.ErrAbortHandler) // the status is sent already; this aborts the connection
		}
	})
}

const (
	// maxExports is a quarter of the connections that a server has by default.
	maxExports = 4
	// exportIdle bounds the time that the client of an export may take to read one write.
	exportIdle = time.Minute
	// exportBuffer is the size of a write, in bytes.
	exportBuffer = 4 << 10
)

// unhurriedWriter extends the response's write deadline with each write.
type unhurriedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

// unhurried removes the server's deadlines from a response. The first write sets a new write
// deadline. The read deadline would otherwise end the read that detects a disconnected client.
func unhurried(w http.ResponseWriter) unhurriedWriter {
	u := unhurriedWriter{ResponseWriter: w, control: http.NewResponseController(w)}
	// fails only for a test's recorder, which has no deadlines
	_ = u.control.SetWriteDeadline(time.Time{})
	_ = u.control.SetReadDeadline(time.Time{})
	return u
}

func (u unhurriedWriter) Write(p []byte) (int, error) {
	_ = u.control.SetWriteDeadline(time.Now().Add(exportIdle))
	return u.ResponseWriter.Write(p)
}

// exported returns the view and the export of its points, with the request's filters applied.
// Callers must close the export.
func exported(r *http.Request, s *store.Store, id string) (view insights.View, points *store.Export, err error) {
	q := r.URL.Query()
	filter := store.PointFilter{Include: q.Get("includeRepoRegex"), Exclude: q.Get("excludeRepoRegex"), Viewer: viewer(r.Context())}
	if filter.From, err = timeParameter(q.Get("from")); err != nil {
		return view, nil, err
	}
	if filter.To, err = timeParameter(q.Get("to")); err != nil {
		return view, nil, err
	}
	if view, err = s.Views.Get(r.Context(), id); err != nil {
		return view, nil, err
	}
	ids := make([]string, len(view.Series))
	for i, series := range view.Series {
		ids[i] = series.ID
	}
	points, err = s.Charts.Export(r.Context(), ids, filter)
	return view, points, err
}

func timeParameter(text string) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no bound
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "%q is not a time: write it as in 2026-01-31T00:00:00Z", text)
	}
	return &t, nil
}

func exportError(w http.ResponseWriter, r *http.Request, config Config, err error) {
	shown := presentError(config.Logger)(r.Context(), err)
	status := map[insights.Code]int{
		insights.Invalid: http.StatusBadRequest, insights.NotFound: http.StatusNotFound, insights.Conflict: http.StatusConflict,
		insights.Forbidden: http.StatusForbidden, insights.Unavailable: http.StatusServiceUnavailable,
	}[insights.ErrorCode(err)]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	plain(w, status, shown.Message)
}

func writeCSV(ctx context.Context, w *csv.Writer, view insights.View, points *store.Export) error {
	header := []string{"title", "series", "label", "time", "value", "known", "planned"}
	for _, o := range insights.Outcomes {
		header = append(header, string(o))
	}
	header = append(header, "kind")
	if err := w.Write(header); err != nil {
		return err
	}
	for _, s := range view.Series {
		err := points.Each(ctx, s.ID, func(p store.Point) error {
			row := []string{
				spreadsheetText(view.Title), s.ID, spreadsheetText(labelOf(s, p)), instant(&p.Time), strconv.FormatFloat(p.Value, 'f', -1, 64),
				strconv.FormatInt(p.Coverage.Known, 10), strconv.FormatInt(p.Coverage.Planned, 10),
			}
			for _, o := range insights.Outcomes {
				row = append(row, strconv.FormatInt(p.Outcomes.Of(o), 10))
			}
			return w.Write(append(row, kindOf(p)))
		})
		if err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// spreadsheetText escapes text that a spreadsheet would evaluate as a formula. Captured values come
// from files of the searched repositories, whose authors are not trusted.
func spreadsheetText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// exportedPoint is a line of the JSON export, with the names of `backsight insight points --json`.
type exportedPoint struct {
	Series   string                `json:"series"`
	Label    string                `json:"label"`
	Time     time.Time             `json:"time"`
	Value    float64               `json:"value"`
	Coverage exportedCoverage      `json:"coverage"`
	Outcomes insights.Completeness `json:"outcomes"`
	Snapshot bool                  `json:"snapshot,omitempty"`
	Archived bool                  `json:"archived,omitempty"`
}

// kindOf returns the kind of a row: "point", "archived" for one that charts no longer show, or
// "snapshot".
func kindOf(p store.Point) string {
	switch {
	case p.Snapshot:
		return "snapshot"
	case p.Archived:
		return "archived"
	}
	return "point"
}

type exportedCoverage struct {
	Known   int64 `json:"known"`
	Planned int64 `json:"planned"`
}

func writeJSONLines(ctx context.Context, e *json.Encoder, view insights.View, points *store.Export) error {
	for _, s := range view.Series {
		err := points.Each(ctx, s.ID, func(p store.Point) error {
			return e.Encode(exportedPoint{
				Series: s.ID, Label: labelOf(s, p), Time: p.Time.UTC(), Value: p.Value,
				Coverage: exportedCoverage{Known: p.Coverage.Known, Planned: p.Coverage.Planned}, Outcomes: p.Outcomes,
				Snapshot: p.Snapshot, Archived: p.Archived,
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// labelOf returns the label of a point's line in a chart: the captured value, or the series' label.
func labelOf(s insights.ViewSeries, p store.Point) string {
	if p.Label != "" {
		return p.Label
	}
	return s.Label
}
