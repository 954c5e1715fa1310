package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// Commits reads and writes the commit index: the first-parent history of each default branch.
type Commits struct{ *database }

// IndexedCommit is one commit of a first-parent history.
type IndexedCommit struct {
	Commit string    // hex
	Time   time.Time // committer date
}

// IndexedCommitAt is an indexed commit and its position: the root has Seq 0.
type IndexedCommitAt struct {
	Seq int
	IndexedCommit
}

// tipLength is the largest number of commits that Tip returns. If a force-push rewrote more commits
// than that, the whole index is replaced.
const tipLength = 1000

// Tip returns the newest commits of the index, newest first, at most 1,000. Callers compare them
// with a fetched history to find where the two differ.
func (s *Commits) Tip(ctx context.Context, repoID int64) ([]IndexedCommitAt, error) {
	rows, err := s.queries().CommitIndexTip(ctx, id32(repoID), tipLength)
	if err != nil {
		return nil, classify(err, "repository %d: commit index", repoID)
	}
	tip := make([]IndexedCommitAt, len(rows))
	for i, row := range rows {
		tip[i] = IndexedCommitAt{Seq: int(row.Seq), IndexedCommit: IndexedCommit{Commit: hexID(row.CommitBytea), Time: row.CommittedAt.UTC()}}
	}
	return tip, nil
}

// Replace drops the part of the index from position `fromSeq` on and appends `commits`, which must
// be oldest first, in one transaction. Afterwards the index is complete for every time up to
// `indexedAt`. If `commits` is empty and `fromSeq` is the length of the index, Replace only records
// `indexedAt`.
//
// Replace returns NotFound when the repository does not exist, Invalid for a commit that is not an
// object id, and Conflict when the index ends before `fromSeq`, because another process has
// replaced it; callers then read the tip again. If commits were dropped, or if the date of an
// appended commit is not after the time up to which the index was complete, the past may have
// changed: each series with samples that are no longer at the commits as of their times gets a
// notice (insights.ReasonHistoryRewritten).
//
// Replace takes one COPY and a few statements. If the past may have changed, it also reads the
// repository's samples in all series. If commits are dropped, it also reads the whole index.
func (s *Commits) Replace(ctx context.Context, repoID int64, fromSeq int, commits []IndexedCommit, indexedAt time.Time) error {
	id := id32(repoID)
	rows, err := appendRows(id, fromSeq, commits)
	if err != nil {
		return classify(err, "repository %d: commit index", repoID)
	}
	err = s.inTx(ctx, func(q *db.Queries) error {
		if _, err := q.LockRepository(ctx, id); err != nil {
			return classify(err, "repository %d", repoID)
		}
		length, err := q.CommitIndexLength(ctx, id)
		if err != nil {
			return err
		}
		if fromSeq < 0 || fromSeq > int(length) {
			return insights.Errorf(insights.Conflict, "repository %d: the commit index has %d commits, so it cannot be continued at position %d", repoID, length, fromSeq)
		}
		lost := int64(0)
		if fromSeq < int(length) {
			if lost, err = q.TruncateCommitIndex(ctx, id, int32(fromSeq)); err != nil {
				return err
			}
			if err := q.UnhideCommits(ctx, id); err != nil {
				return err
			}
		}
		if len(rows) > 0 {
			if err := q.HideCommits(ctx, id, earliest(rows)); err != nil {
				return err
			}
			if _, err := q.AppendCommitIndex(ctx, rows); err != nil {
				return err
			}
		}
		if err := noteChangedPast(ctx, q, id, lost > 0, rows, indexedAt); err != nil {
			return err
		}
		return q.SetCommitIndexMetadata(ctx, id, instant(indexedAt))
	})
	return classify(err, "repository %d: commit index", repoID)
}

// noteChangedPast is called after rows were appended to the index and, if `dropped` is true, others
// were dropped. If that changes the past, it sets the repository's rewritten_at, and adds a notice
// to each series with samples that are no longer at the commits as of their times.
//
// The old index was complete up to its last_indexed_at, and samples at later times had no commit
// yet. So an appended commit with a later date changes no sample; one with an earlier date, which
// was pushed late, can.
func noteChangedPast(ctx context.Context, q *db.Queries, id int32, dropped bool, rows []db.AppendCommitIndexParams, indexedAt time.Time) error {
	if dropped {
		if err := q.MarkRewritten(ctx, instant(indexedAt), id); err != nil {
			return err
		}
		return noteRewritten(ctx, q, id, indexedAt)
	}
	before, err := q.CommitIndexedAt(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) { // this is the first index
		return nil
	}
	if err != nil || len(rows) == 0 || earliest(rows).After(before) {
		return err
	}
	changed, err := q.MarkIfRewritten(ctx, db.MarkIfRewrittenParams{At: instant(indexedAt), RepoID: id, Earliest: earliest(rows)})
	if err != nil || changed == 0 {
		return err
	}
	return noteRewritten(ctx, q, id, indexedAt)
}

// appendRows numbers the commits and marks those that a later commit hides. A commit is hidden if
// its date is not before the earliest date of the later commits.
func appendRows(id int32, fromSeq int, commits []IndexedCommit) ([]db.AppendCommitIndexParams, error) {
	rows := make([]db.AppendCommitIndexParams, len(commits))
	var floor time.Time
	for i := len(commits) - 1; i >= 0; i-- {
		oid, err := objectID(commits[i].Commit)
		if err != nil {
			return nil, err
		}
		at := instant(commits[i].Time)
		newest := i == len(commits)-1
		rows[i] = db.AppendCommitIndexParams{
			RepoID: id, Seq: int32(fromSeq + i), CommitBytea: oid, CommittedAt: at, Hidden: !newest && !at.Before(floor),
		}
		if newest || at.Before(floor) {
			floor = at
		}
	}
	return rows, nil
}

func earliest(rows []db.AppendCommitIndexParams) time.Time {
	first := rows[0].CommittedAt
	for _, row := range rows {
		if row.CommittedAt.Before(first) {
			first = row.CommittedAt
		}
	}
	return first
}
