package store

import (
	"context"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// RewrittenReason is the reason of a DirtyQuery that says: samples of the series stand at commits that their repository's default
// branch does not have any more, because its history was rewritten. They are what was true then; a retry of all makes them
// what is true now, and ends the note.
const RewrittenReason = "history rewritten"

// noteRewritten is called in the transaction that took commits out of a repository's index, after it.
func noteRewritten(ctx context.Context, q *db.Queries, repo int32, at time.Time) error {
	if err := q.MarkRewritten(ctx, instant(at), repo); err != nil {
		return err
	}
	return q.NoteRewrittenRepository(ctx, instant(at), repo)
}

// refreshRewritten makes the note of a series say what its samples say.
func refreshRewritten(ctx context.Context, q *db.Queries, key int32, at time.Time) error {
	newest, err := q.NewestRewritten(ctx, key)
	if err != nil {
		return err
	}
	if len(newest) == 0 {
		return q.ForgetRewritten(ctx, key)
	}
	return q.NoteRewritten(ctx, db.NoteRewrittenParams{At: instant(at), ForTime: newest[0], SeriesID: key})
}

// RenameRepository gives a repository another name. Its samples stay, and are listed under the new name; points keep the name of
// their moment. A scope that lists the old name does not have the repository any more. NotFound without the repository,
// Conflict when another one has the new name.
func (s *Store) RenameRepository(ctx context.Context, name, newName string) error {
	if newName = strings.TrimSpace(newName); newName == "" {
		return insights.Errorf(insights.Invalid, "repository %s: it needs a name", name)
	}
	err := s.inTx(ctx, func(q *db.Queries) error {
		if err := q.AddRepoName(ctx, newName); err != nil {
			return err
		}
		n, err := q.RenameRepository(ctx, newName, name)
		if err == nil && n == 0 {
			return insights.Errorf(insights.NotFound, "repository %s does not exist", name)
		}
		return err
	})
	return classify(err, "repository %s: rename to %s", name, newName)
}
