package model

import (
	"sync"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// InsightsSeries is one series of a view. Its costly fields have resolvers, which load them for all
// series of its Page at once.
type InsightsSeries struct {
	SeriesID string
	Label    string
	Series   insights.Series
	Page     *Page
}

// Page is the set of series that one root field returned, across all its views. gqlgen's batch
// fields group only the elements of one list, so a list of views would cost a SQL statement per
// view. With the page it costs one statement per field and set of arguments. A Page is used for one
// request. Safe for concurrent use. Create with NewPage.
type Page struct {
	IDs     []string      // ids of the series, without duplicates
	Display store.Display // selects what the charts of the series show

	mu   sync.Mutex
	memo map[string]*answer
}

type answer struct {
	once  sync.Once
	value any
	err   error
}

// NewPage returns the page of the given series ids. It drops duplicates.
func NewPage(ids []string, display store.Display) *Page {
	p := &Page{Display: display, memo: map[string]*answer{}}
	seen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			p.IDs = append(p.IDs, id)
		}
	}
	return p
}

// Load calls the function `load` once for each key of the page. Each later call with the same key
// returns the same result, or the same error. Concurrent callers wait for the first call.
func Load[T any](p *Page, key string, load func(ids []string) (T, error)) (T, error) {
	p.mu.Lock()
	a, ok := p.memo[key]
	if !ok {
		a = &answer{}
		p.memo[key] = a
	}
	p.mu.Unlock()
	a.once.Do(func() { a.value, a.err = load(p.IDs) })
	value, _ := a.value.(T) // zero when load failed
	return value, a.err
}
