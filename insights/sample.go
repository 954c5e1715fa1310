package insights

import "time"

// Sample is one repository at one time of a series, as the ledger stores it.
type Sample struct {
	SeriesID     string
	RepositoryID int64
	Time         time.Time
	Outcome      Outcome
	Commit       string // hex object id; "" if not known, or if there is none
	Value        float64
	// Values has the count of each captured value if the series' method is ByValue and the values
	// were read, and is nil otherwise. Value is the sum of the counts, or more if a partial sample
	// does not have all values.
	Values   map[string]int64
	Attempts int
	Duration time.Duration
	// Code and Reason say why the sample is partial or failed: a code that users group by, and a
	// text with the details. Both are empty for exact samples.
	Code   ReasonCode
	Reason string
}
