-- The commit index: the first-parent history of each default branch.

-- Writers of one repository's index wait for each other.
-- name: LockRepository :one
SELECT id FROM repositories WHERE id = @id FOR UPDATE;

-- name: CommitIndexTip :many
SELECT seq, commit_bytea, committed_at FROM commit_index
WHERE repo_id = @repo_id
ORDER BY seq DESC
LIMIT @row_limit;

-- name: CommitIndexLength :one
SELECT coalesce(max(seq) + 1, 0)::integer FROM commit_index WHERE repo_id = @repo_id;

-- name: TruncateCommitIndex :execrows
DELETE FROM commit_index WHERE repo_id = @repo_id AND seq >= @from_seq;

-- For use after commits were removed: sets hidden to false for the commits that no remaining commit
-- hides. A commit is hidden when a later commit has the same or an earlier date.
-- name: UnhideCommits :exec
UPDATE commit_index AS c
SET hidden = false
FROM (
    SELECT seq, coalesce(min(committed_at) OVER (ORDER BY seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) <= committed_at, false) AS hidden
    FROM commit_index
    WHERE repo_id = @repo_id
) AS now
WHERE c.repo_id = @repo_id AND c.seq = now.seq AND c.hidden AND NOT now.hidden;

-- Hides the commits whose date is not before the earliest date of the commits about to be appended.
-- name: HideCommits :exec
UPDATE commit_index SET hidden = true
WHERE repo_id = @repo_id AND NOT hidden AND committed_at >= @earliest::timestamptz;

-- name: AppendCommitIndex :copyfrom
INSERT INTO commit_index (repo_id, seq, commit_bytea, committed_at, hidden) VALUES ($1, $2, $3, $4, $5);

-- name: CommitIndexedAt :one
SELECT last_indexed_at FROM commit_index_metadata WHERE repo_id = @repo_id;

-- name: SetCommitIndexMetadata :exec
INSERT INTO commit_index_metadata (repo_id, last_indexed_at)
VALUES (@repo_id, @last_indexed_at)
ON CONFLICT (repo_id) DO UPDATE SET last_indexed_at = EXCLUDED.last_indexed_at;
