package activities

import (
	"context"
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

	samples []insights.Sample
	values  int       // number of captured values in samples
	since   time.Time // when the first of samples was added
}

const (
	// The method add writes the waiting samples when they reach one of these:
	writeAtMost = 500                    // samples
	writeValues = 20_000                 // captured values
	writeWithin = 500 * time.Millisecond // since the first of them was added
)

// add adds samples, which are written in the same transaction: now, or with later ones.
func (w *writer) add(ctx context.Context, samples ...insights.Sample) error {
	if len(w.samples) == 0 {
		w.since = time.Now()
	}
	w.samples = append(w.samples, samples...)
	for _, s := range samples {
		w.values += len(s.Values)
	}
	if len(w.samples) < writeAtMost && w.values < writeValues && time.Since(w.since) < writeWithin {
		return nil
	}
	return w.flush(ctx)
}

func (w *writer) flush(ctx context.Context) error {
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
