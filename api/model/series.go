package model

import (
	"sync"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// InsightsSeries is one series of a view. Its fields that cost something have resolvers, which answer for all series of
// its Page at once.
type InsightsSeries struct {
	SeriesID string
	Label    string
	Series   insights.Series
	Page     *Page
}

// Page is the set of series that one root field returned, across all its views. gqlgen's batch fields group the
// elements of one list only, so a list of views would cost a statement per view; through the page it costs one
// statement per field and set of arguments. A Page lives as long as its request and is safe for concurrent use.
type Page struct {
	IDs     []string      // of the series, distinct, in order
	Display store.Display // what their charts show

	mu   sync.Mutex
	memo map[string]*answer
}

type answer struct {
	once  sync.Once
	value any
	err   error
}

// NewPage returns the page of the given series ids; duplicates are dropped.
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

// Load returns what load returned the first time it was called for key on this page; concurrent callers wait for
// it. An error is remembered too, for the page is as short-lived as the request.
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
