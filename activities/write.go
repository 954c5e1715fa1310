package activities

import (
	"context"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/telemetry"
)

// writer gathers samples so that many small repositories share a transaction, and none waits long to be seen.
type writer struct {
	book    book
	metrics *telemetry.Metrics

	samples []insights.Sample
	values  int       // of samples, by value
	since   time.Time // when the first of samples came
}

const (
	writeAtMost = 500                    // samples in one transaction
	writeValues = 20_000                 // values of samples by value, before the transaction is written
	writeWithin = 500 * time.Millisecond // what a chart waits for at most
)

// add takes samples that belong together: they are written in one transaction.
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
	err := w.book.write(ctx, w.samples)
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
