package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// Viewer is a person who uses Backsight. Administrators see every repository. Other viewers see
// public repositories and the private ones that they have a grant for. The zero Viewer sees public
// repositories only.
type Viewer struct {
	Login string // as the authenticating proxy sends it; "" without authentication
	Admin bool   // sees every repository
}

// Administrator is a Viewer that sees every repository. Workers use it, too.
var Administrator = Viewer{Admin: true}

// chosen says which rows of the ledger to read for a filtered chart.
type chosen struct {
	ids    []int32 // repositories
	others bool    // read the rows of all repositories but these, because they are fewer
	chunks []int32 // the chunks that have the times asked for
}

// chooseRepositories returns the repositories that the viewer of f may see and whose names match
// f.Include and do not match f.Exclude, removed ones included.
func (d *database) chooseRepositories(ctx context.Context, q *db.Queries, f PointFilter) (chosen, error) {
	row, err := q.VisibleNames(ctx, db.VisibleNamesParams{WithNames: f.Include+f.Exclude != "", SeesAll: f.Viewer.Admin, Login: f.Viewer.Login})
	if err != nil {
		return chosen{}, err
	}
	total := row.Total
	for _, condition := range []struct {
		pattern  string
		matching bool
	}{{f.Include, true}, {f.Exclude, false}} {
		if condition.pattern == "" {
			continue
		}
		v, err := d.names.of(condition.pattern)
		if err != nil {
			return chosen{}, err
		}
		row.IDs, row.Names = v.keep(row.IDs, row.Names, condition.matching)
	}
	kept := int64(len(row.IDs))
	return chosen{ids: row.IDs, others: kept > total-kept}, nil
}
