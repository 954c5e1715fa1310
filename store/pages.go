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

// Cost estimates the work, to be compared with a budget. Each commit to search costs one, for
// listing a tree and the files that changed. Each MiB of the object store costs one, because the
// first commit needs all files to be read.
func (w RepositoryWork) Cost() int64 { return int64(w.Commits) + w.SizeBytes>>20 }

// Page returns the next limit repositories with pending samples after the given id, by id, and
// whether there are none after them. It takes one statement, and more where other plans have many
// pending samples in between.
func (p *Plans) Page(ctx context.Context, seriesID string, number int, after int64, limit int) (page []RepositoryWork, last bool, err error) {
	key, err := p.seriesKey(ctx, seriesID)
	if err != nil {
		return nil, false, err
	}
	want := int(pageSize(limit))
	rowLimit := want + 1 // the last repository of a full result may have more rows
	for from := id32(after); len(page) < want; {
		rows, err := p.queries().PendingWork(ctx, db.PendingWorkParams{SeriesID: key, After: from, RowLimit: int32(rowLimit)})
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
		for len(rows) > 0 && len(page) < want {
			n := 1
			for n < len(rows) && rows[n].SampleChunks.RepoID == rows[0].SampleChunks.RepoID {
				n++
			}
			if work := workOf(rows[:n], int32(number)); work.Pending > 0 {
				page = append(page, work)
			}
			from, rows = rows[0].SampleChunks.RepoID, rows[n:]
		}
		if last {
			return page, len(rows) == 0, nil
		}
	}
	return page, false, nil
}

// workOf returns the work that a plan has left according to the rows of one repository.
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
