package store

import (
	"context"
	"slices"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// RepositoryWork is the work that a plan has left in one repository.
type RepositoryWork struct {
	RepositoryID int64
	Name         string
	Pending      int // samples
	// distinct commits to search; a sample whose commit is not known counts as one
	Commits   int
	SizeBytes int64 // of the object store
}

// Cost estimates the work, for comparison with a budget. Each commit to search costs 1, for listing
// a tree and the files that changed. Each MiB of the object store costs 1, because the search of
// the first commit reads all files. The cost of pending work is at least 1.
func (w RepositoryWork) Cost() int64 { return int64(w.Commits) + w.SizeBytes>>20 }

// PageLimit bounds a page of pending work: the page ends with the repository that reaches one of
// the limits.
type PageLimit struct {
	Repositories int   // from 1 to 10,000
	Cost         int64 // sum of RepositoryWork.Cost; 0: no limit
}

// reached reports whether the page is full.
func (l PageLimit) reached(page []RepositoryWork, cost int64) bool {
	return len(page) >= int(pageSize(l.Repositories)) || l.Cost > 0 && cost >= l.Cost
}

// pageRows is about how many rows one statement of Page reads at most. It reads more if a single
// repository has more.
const pageRows = 2000

// Page returns the next repositories with pending samples of the plan and an id > `after`, in the
// order of their ids. If `last` is true, no such repository follows; if it is false, the next page
// may be empty. One statement of Page reads about 2,000 rows of the ledger with pending samples at
// the plan's times, or limit.Repositories rows if that is less.
func (p *Plans) Page(ctx context.Context, seriesID string, number int, after int64, limit PageLimit) (page []RepositoryWork, last bool, err error) {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, false, err
	}
	var cost int64
	// One row more, because the last repository of a full result is left out: it may have more
	// rows.
	rowLimit := min(pageRows, int(pageSize(limit.Repositories))) + 1
	for from := id32(after); !limit.reached(page, cost); {
		rows, err := p.queries().PendingWork(ctx, db.PendingWorkParams{SeriesID: key, Plan: int32(number), After: from, RowLimit: int32(rowLimit)})
		if err != nil {
			return nil, false, classify(err, "series %s: plan %d", seriesID, number)
		}
		if last = len(rows) < rowLimit; !last {
			cut := slices.IndexFunc(rows, func(r db.PendingWorkRow) bool { return r.SampleChunks.RepoID == rows[len(rows)-1].SampleChunks.RepoID })
			if rows = rows[:cut]; cut == 0 {
				rowLimit *= 2
				continue
			}
		}
		for len(rows) > 0 && !limit.reached(page, cost) {
			n := 1
			for n < len(rows) && rows[n].SampleChunks.RepoID == rows[0].SampleChunks.RepoID {
				n++
			}
			if work := workOf(rows[:n], int32(number)); work.Pending > 0 {
				page = append(page, work)
				cost += work.Cost()
			}
			from, rows = rows[0].SampleChunks.RepoID, rows[n:]
		}
		if last {
			return page, len(rows) == 0, nil
		}
	}
	return page, false, nil
}

// workOf returns the work that a plan has left in one repository. `rows` are the repository's rows
// of the ledger.
func workOf(rows []db.PendingWorkRow, plan int32) RepositoryWork {
	work := RepositoryWork{RepositoryID: int64(rows[0].SampleChunks.RepoID), Name: rows[0].Name, SizeBytes: rows[0].SizeBytes}
	commits := map[string]bool{}
	for _, row := range rows {
		for i := range row.SampleChunks.Outcomes {
			e := entryOf(row.SampleChunks, i)
			if e.outcome != insights.Pending || e.plan != plan {
				continue
			}
			work.Pending++
			if e.commit == "" || !commits[e.commit] {
				work.Commits++
			}
			commits[e.commit] = true
		}
	}
	return work
}
