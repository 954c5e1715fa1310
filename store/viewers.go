package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// Viewer is a person who reads samples and charts. Administrators see every repository. Other
// viewers see public repositories and the private ones that they have a grant for. The zero Viewer
// sees public repositories only.
type Viewer struct {
	Login string // as the authenticating proxy sends it; "" without authentication
	Admin bool   // sees every repository
}

// Administrator is a Viewer that sees every repository. Workers use it, too.
var Administrator = Viewer{Admin: true}

// chosen says which rows of the ledger to read for a filtered chart.
type chosen struct {
	ids    []int32
	others bool    // read the rows of all other repositories, which are fewer
	chunks []int32 // the chunks that have the times asked for
}

// chooseRepositories evaluates the repository filter of f. Only administrators see samples of
// repositories that have no row in repositories.
func chooseRepositories(ctx context.Context, q *db.Queries, f PointFilter) (chosen, error) {
	row, err := q.ChosenRepositories(ctx, db.ChosenRepositoriesParams{Include: f.Include, Exclude: f.Exclude, SeesAll: f.Viewer.Admin, Login: f.Viewer.Login})
	return chosen{ids: row.IDs, others: int64(len(row.IDs)) > row.Unchosen}, err
}
