package insights

import "time"

// Sample is one cell of a series' matrix repositories × frames, as the ledger holds it.
type Sample struct {
	SeriesID     string
	RepositoryID int64
	Time         time.Time
	Outcome      Outcome
	Commit       string // hex object id; "" when not known yet or absent
	Value        float64
	// Values has the count per captured value for series whose method is ByValue, else nil. Value is their sum.
	Values   map[string]int64
	Attempts int
	Duration time.Duration
	// Reason says why the sample is partial or failed: a class that can be grouped by ("missing object") and a text that
	// names the objects. Both are empty for exact samples.
	ReasonClass string
	Reason      string
}
