package activities

import (
	"context"
	"sync"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/telemetry"
)

// sampleStore stores settled samples.
type sampleStore interface {
	Write(ctx context.Context, seriesID string, plan int, samples []insights.Sample) error
}

// writer collects samples, so that many small repositories share a transaction while charts still
// show each sample soon. Callers must call flush at the end.
type writer struct {
	store    sampleStore
	seriesID string
	plan     int
	metrics  *telemetry.Metrics

	mu      sync.Mutex
	samples []insights.Sample
	values  int         // number of captured values in samples
	timer   *time.Timer // writes samples that wait too long; nil if none wait
	failed  error       // of the last write by the timer
}

const (
	// The waiting samples are written when they reach one of these:
	writeAtMost = 500                    // samples
	writeValues = 20_000                 // captured values
	writeWithin = 500 * time.Millisecond // since the first of them was added
)

// add adds samples, which are written in the same transaction: now, or at most writeWithin later.
// If a write fails, add returns the error, in this call or the next one, and the samples still
// wait.
func (w *writer) add(ctx context.Context, samples ...insights.Sample) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.samples = append(w.samples, samples...)
	for _, s := range samples {
		w.values += len(s.Values)
	}
	if w.failed != nil {
		return w.failed
	}
	if len(w.samples) < writeAtMost && w.values < writeValues {
		w.writeSoon(ctx)
		return nil
	}
	return w.write(ctx)
}

// writeSoon starts the timer, unless it runs. The search of the next repository can take minutes.
func (w *writer) writeSoon(ctx context.Context) {
	if w.timer != nil || len(w.samples) == 0 {
		return
	}
	w.timer = time.AfterFunc(writeWithin, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.timer != nil {
			w.failed = w.write(ctx)
		}
	})
}

// flush writes the waiting samples now. If that fails, they still wait.
func (w *writer) flush(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.write(ctx)
}

// write is flush for callers that hold mu.
func (w *writer) write(ctx context.Context) error {
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
	w.failed = nil
	if len(w.samples) == 0 {
		return nil
	}
	began := time.Now()
	err := w.store.Write(ctx, w.seriesID, w.plan, w.samples)
	w.metrics.Wrote(began, err)
	if err != nil {
		return err
	}
	for _, s := range w.samples {
		w.metrics.Settled(telemetry.BySearch, s.Outcome, 1)
	}
	w.samples, w.values = w.samples[:0], 0
	return nil
}
