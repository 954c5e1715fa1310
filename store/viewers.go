package store

import (
	"context"

	"github.com/backsight/backsight/store/internal/db"
)

// Viewer is a person who reads samples and charts. The zero Viewer sees public repositories only; a private one is seen by administrators
// and by those who have it in repository_grants.
type Viewer struct {
	Login string // as the authenticating proxy says it; "" for nobody in particular
	Admin bool   // sees every repository
}

// Administrator sees every repository.
var Administrator = Viewer{Admin: true}

// chosen are the repositories that a reader sees and asks for, and the numbers of the chunks with the times asked for.
type chosen struct {
	ids    []int32
	others bool // to be read are the rows of all other repositories, which are fewer
	chunks []int32
}

// chooseRepositories evaluates a filter. What the ledger has of a repository that is not registered is nobody's but an administrator's.
func chooseRepositories(ctx context.Context, q *db.Queries, f PointFilter) (chosen, error) {
	row, err := q.ChosenRepositories(ctx, db.ChosenRepositoriesParams{Include: f.Include, Exclude: f.Exclude, SeesAll: f.Viewer.Admin, Login: f.Viewer.Login})
	return chosen{ids: row.IDs, others: int64(len(row.IDs)) > row.Unchosen}, err
}
