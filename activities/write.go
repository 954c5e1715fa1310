package activities

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// writer gathers samples so that many small repositories share a transaction, and none waits long to be seen.
type writer struct {
	store      *store.Store
	seriesID   string
	generation int

	samples []insights.Sample
	since   time.Time // when the first of samples came
}

const (
	writeAtMost = 500                    // samples in one transaction
	writeWithin = 500 * time.Millisecond // what a chart waits for at most
)

// add takes samples that belong together: they are written in one transaction.
func (w *writer) add(ctx context.Context, samples ...insights.Sample) error {
	if len(w.samples) == 0 {
		w.since = time.Now()
	}
	w.samples = append(w.samples, samples...)
	if len(w.samples) < writeAtMost && time.Since(w.since) < writeWithin {
		return nil
	}
	return w.flush(ctx)
}

func (w *writer) flush(ctx context.Context) error {
	if len(w.samples) == 0 {
		return nil
	}
	if err := w.store.WriteSamples(ctx, w.seriesID, w.generation, w.samples); err != nil {
		return err
	}
	w.samples = w.samples[:0]
	return nil
}
