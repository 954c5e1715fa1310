package insights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Scope says which repositories a series covers. The zero Scope covers every repository.
type Scope struct {
	// Repositories lists the names of the covered repositories. Empty means that the scope is not a
	// list.
	Repositories []string `json:"repositories,omitempty"`
	// Criteria is a scope query ("repo:^github\.com/acme/ -repo:archive"), which is evaluated when
	// a plan is made. It cannot be combined with Repositories.
	Criteria string `json:"criteria,omitempty"`
}

// Validate returns an Invalid error if the scope has both Repositories and Criteria.
func (s Scope) Validate() error {
	if len(s.Repositories) > 0 && s.Criteria != "" {
		return Errorf(Invalid, "the scope has both a list of repositories and criteria: use one of them")
	}
	return nil
}

// GenerationMethod says how a series' values are computed. The values are those of Sourcegraph's
// generation_method.
type GenerationMethod string

// The generation methods. Search counts matches, SearchCompute counts each captured value, and
// LanguageStats counts lines by language in the files that the query's filters select.
const (
	Search        GenerationMethod = "search"
	SearchCompute GenerationMethod = "search-compute"
	LanguageStats GenerationMethod = "language-stats"
)

// ByValue reports whether a series has one line in the chart per value, which is a captured text or
// a language.
func (m GenerationMethod) ByValue() bool { return m == SearchCompute || m == LanguageStats }

// Series is the unit that is computed, shared and stored.
type Series struct {
	ID     string // ksuid
	Query  string // canonical text (search/query)
	Scope  Scope
	Grid   Grid
	Method GenerationMethod

	CreatedAt           time.Time
	NextRecordingAfter  time.Time  // grid time of the first recording that is not complete
	BackfillQueuedAt    *time.Time // when the backfill was written in full
	BackfillCompletedAt *time.Time // when the backfill had no pending sample any more
}

// DefinitionKey identifies what a series computes. Two series with the same key always have the
// same values, so the second need not be computed. Query must be canonical.
func (s Series) DefinitionKey() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q", s.Query, s.Method, s.Scope.Criteria, s.Scope.Repositories)
	fmt.Fprintf(h, " %s %s %d %q", s.Grid.Anchor.UTC().Format(time.RFC3339), s.Grid.Interval, s.Grid.Points, s.Grid.Zone)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// ViewSeries is a series in a view: what is computed, and how this chart labels and draws it.
type ViewSeries struct {
	Series
	Label  string
	Stroke string // a CSS colour; "" lets the page choose
}

// View is a chart.
type View struct {
	ID     string // ksuid; Sourcegraph's unique_id
	Title  string
	Series []ViewSeries
	Owner  string // the login of its creator; "" if it was created without authentication

	CreatedAt time.Time
}

// MaxTitle is the maximal length of a title or label in bytes. A Temporal summary, which is cut at
// 400 bytes, has the title and then the query.
const MaxTitle = 200

// Validate returns an Invalid error if the view cannot be stored: it has no title or no series, a
// title or label is too long, or a scope or grid is invalid.
func (v View) Validate() error {
	switch {
	case strings.TrimSpace(v.Title) == "":
		return Errorf(Invalid, "the insight has no title")
	case len(v.Series) == 0:
		return Errorf(Invalid, "the insight has no series: give at least one query")
	}
	if err := CheckText("the title", v.Title, MaxTitle); err != nil {
		return err
	}
	for _, s := range v.Series {
		if len(s.Label) > MaxTitle {
			return Errorf(Invalid, "the label %q… is %d bytes long: at most %d", s.Label[:20], len(s.Label), MaxTitle)
		}
		if err := s.Scope.Validate(); err != nil {
			return err
		}
		if err := s.Grid.Validate(); err != nil {
			return err
		}
	}
	return nil
}
