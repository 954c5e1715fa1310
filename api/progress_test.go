package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/workflows/contract"
)

type progressFrame struct {
	ID      string
	Version int
	Series  []struct {
		SeriesID     string
		State        *string
		Completeness tallyOf
	}
}

// subscribe opens a stream and returns its events. The channel is closed when the stream ends.
func (b *bundle) subscribe(ctx context.Context, ids ...string) <-chan progressFrame {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"variables": map[string]any{"ids": ids}, "query": `subscription($ids: [ID!]!) { insightProgress(ids: $ids) {
		id version series { seriesId state completeness { planned counted reused absent partial failed pending percent } } } }`})
	require.NoError(b.t, err)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/graphql", strings.NewReader(string(body)))
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	require.NoError(b.t, err)
	require.Equal(b.t, "text/event-stream", response.Header.Get("Content-Type"))
	frames := make(chan progressFrame)
	go func() {
		defer close(frames)
		defer response.Body.Close()
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var frame struct {
				Data struct{ InsightProgress progressFrame }
			}
			if json.Unmarshal([]byte(data), &frame) != nil {
				return
			}
			select {
			case frames <- frame.Data.InsightProgress:
			case <-ctx.Done():
				return
			}
		}
	}()
	return frames
}

func TestProgressStream(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.workflows.status = contract.Status{State: contract.Running}
	created := b.create("Debt", "TODO")
	id := created.DataSeries[0].SeriesID
	plan := b.plan(id, "acme/api")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	frames := b.subscribe(ctx, created.ID)
	version := 0
	until := func(reached func(progressFrame) bool) progressFrame {
		t.Helper()
		for f := range frames {
			require.Greater(t, f.Version, version, "versions rise")
			version = f.Version
			if reached(f) {
				return f
			}
		}
		require.FailNow(t, "the stream ended")
		return progressFrame{}
	}
	first := until(func(f progressFrame) bool { return f.Series[0].State != nil && *f.Series[0].State == "RUNNING" })
	require.Equal(t, created.ID, first.ID)
	require.Equal(t, tallyOf{Planned: 6, Pending: 6}, first.Series[0].Completeness)
	b.settle(id, plan, func(i int, s *insights.Sample) {
		if i < 2 {
			counted(i, s)
		}
	})
	until(func(f progressFrame) bool { return f.Series[0].Completeness.Counted == 2 })
	b.settle(id, plan, counted)
	b.workflows.set(func(f *fakeWorkflows) { f.status.State = contract.Sleeping })
	until(func(f progressFrame) bool {
		return f.Series[0].Completeness.Percent == 100 && f.Series[0].State != nil && *f.Series[0].State == "SLEEPING"
	})
}

func TestProgressOfNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.refused(insights.NotFound, `subscription { insightProgress(ids: ["nope"]) { id } }`, nil)
	b.refused(insights.Invalid, `subscription { insightProgress(ids: []) { id } }`, nil)
}

// When its clients have disconnected, the hub stops reading the ledger.
func TestProgressEndsWithItsClients(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.create("Debt", "TODO")
	r := newResolver(Config{Store: b.store, Workflows: b.workflows}.withDefaults())
	first, leaveFirst := context.WithCancel(t.Context())
	second, leaveSecond := context.WithCancel(t.Context())
	defer leaveSecond()
	one, err := r.Subscription().InsightProgress(first, []string{created.ID})
	require.NoError(t, err)
	two, err := r.Subscription().InsightProgress(second, []string{created.ID})
	require.NoError(t, err)
	<-one
	<-two
	leaveFirst()
	for range one { // until it is closed, which happens after the watcher has left
	}
	require.Len(t, r.progress.watchers, 1)
	require.NotNil(t, r.progress.stop, "one watcher is left")
	leaveSecond()
	for range two {
	}
	require.Empty(t, r.progress.watchers)
	require.Nil(t, r.progress.stop)
	before := b.statements.n.Load()
	again, err := r.Subscription().InsightProgress(t.Context(), []string{created.ID})
	require.NoError(t, err)
	<-again
	require.Greater(t, b.statements.n.Load(), before)
}

// A stopping server ends streams, which would never end by themselves.
func TestServeEndsStreams(t *testing.T) {
	t.Parallel()
	b := setup(t)
	created := b.create("Debt", "TODO")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, New(Config{Store: b.store, Workflows: b.workflows})) }()
	frames := b.subscribe(t.Context(), created.ID)
	<-frames
	stop()
	for range frames {
	}
	require.NoError(t, <-served)
	_, err = http.Get(b.url + "/healthz")
	require.Error(t, err)
}

func TestRateEstimator(t *testing.T) {
	t.Parallel()
	now := epoch
	s := newRateEstimator(func() time.Time { return now })
	tally := func(done int64) insights.Completeness {
		return insights.Completeness{Planned: 100, Counted: done, Pending: 100 - done}
	}
	observe := func(after time.Duration, c insights.Completeness) (rate, eta float64) {
		now = now.Add(after)
		return s.observe("x", c)
	}
	rate, _ := observe(0, tally(0))
	require.Zero(t, rate, "one observation yields no rate")
	rate, _ = observe(500*time.Millisecond, tally(5))
	require.Zero(t, rate, "half a second is too short")
	rate, eta := observe(1500*time.Millisecond, tally(20))
	require.InDelta(t, 10, rate, 1e-9)
	require.InDelta(t, 8, eta, 1e-9)
	rate, _ = observe(28*time.Second, tally(20))
	require.InDelta(t, 20.0/30, rate, 1e-9)
	rate, _ = observe(29*time.Second, tally(20))
	require.Zero(t, rate, "no sample ended within the window")
	observe(time.Second, tally(30))
	rate, _ = observe(2*time.Second, insights.Completeness{Planned: 200, Counted: 90, Pending: 110})
	require.Zero(t, rate, "a change of the planned number drops earlier observations")
	rate, _ = observe(2*time.Second, insights.Completeness{Planned: 200, Counted: 200})
	require.Zero(t, rate, "nothing is pending")
	require.Empty(t, s.series, "the series is dropped")
	observe(0, tally(1))
	now = now.Add(time.Hour)
	s.observe("y", tally(1))
	require.NotContains(t, s.series, "x")
}
