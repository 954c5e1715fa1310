-- Histories that were rewritten: samples stand at commits that the default branch does not have any more.

-- name: MarkRewritten :exec
UPDATE repositories SET rewritten_at = @at::timestamptz WHERE id = @repo_id;

-- Notes the series that have samples of a repository at commits that its index, which was just written, does not have.
-- name: NoteRewrittenRepository :exec
INSERT INTO insight_dirty_queries (insight_series_id, query, dirty_at, reason, for_time)
SELECT d.id, d.query, @at::timestamptz, 'history rewritten', f.newest
FROM insight_series AS d
CROSS JOIN LATERAL (
    SELECT max(s.time) AS newest FROM samples AS s
    WHERE s.series_id = d.id AND s.repo_id = @repo_id AND s.outcome <> 'pending' AND s.commit_bytea IS NOT NULL
        AND NOT EXISTS (SELECT FROM commit_index AS c WHERE c.repo_id = @repo_id AND c.commit_bytea = s.commit_bytea)
) AS f
WHERE d.deleted_at IS NULL AND f.newest IS NOT NULL
ON CONFLICT (insight_series_id, reason) DO UPDATE SET for_time = greatest(insight_dirty_queries.for_time, EXCLUDED.for_time);

-- The newest sample of a series at a commit that a rewritten history does not have; no row when there is none. Mostly a sample is where
-- its branch is by the index, which is one look-up; only for the others the repository's commits are read.
-- name: NewestRewritten :many
SELECT s.time::timestamptz AS time
FROM repositories AS r
JOIN samples AS s ON s.series_id = @series_id AND s.repo_id = r.id
WHERE r.rewritten_at IS NOT NULL AND r.deleted_at IS NULL AND s.outcome <> 'pending' AND s.commit_bytea IS NOT NULL
    AND s.commit_bytea IS DISTINCT FROM (
        SELECT i.commit_bytea FROM commit_index AS i
        WHERE i.repo_id = r.id AND NOT i.shadowed AND i.committed_at <= s.time
        ORDER BY i.committed_at DESC
        LIMIT 1)
    AND NOT EXISTS (SELECT FROM commit_index AS c WHERE c.repo_id = r.id AND c.commit_bytea = s.commit_bytea)
ORDER BY s.time DESC
LIMIT 1;

-- name: NoteRewritten :exec
INSERT INTO insight_dirty_queries (insight_series_id, query, dirty_at, reason, for_time)
SELECT d.id, d.query, @at::timestamptz, 'history rewritten', @for_time::timestamptz FROM insight_series AS d WHERE d.id = @series_id
ON CONFLICT (insight_series_id, reason) DO UPDATE SET for_time = EXCLUDED.for_time;

-- name: ForgetRewritten :exec
DELETE FROM insight_dirty_queries WHERE insight_series_id = @series_id::integer AND reason = 'history rewritten';

-- A point keeps the name of its moment; a new one gets the new name.
-- name: RenameRepository :execrows
UPDATE repositories SET name = @new_name WHERE name = @name AND deleted_at IS NULL;
