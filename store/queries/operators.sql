-- name: OpenRetry :many
SELECT generation FROM insight_series_backfill
WHERE series_id = @series_id AND kind = 'retry' AND selection = @selection::text AND completed_at IS NULL
ORDER BY generation
LIMIT 1;

-- name: AddRetry :one
INSERT INTO insight_series_backfill (series_id, generation, kind, times, selection)
SELECT @series_id, coalesce(max(b.generation), 0) + 1, 'retry', @times::timestamptz[], @selection::text
FROM insight_series_backfill AS b
WHERE b.series_id = @series_id
RETURNING generation;

-- name: LockRetry :one
SELECT selection, planned_through, planned_at FROM insight_series_backfill
WHERE series_id = @series_id AND generation = @generation AND kind = 'retry'
FOR UPDATE;

-- The times at which a retry has something to take up. Samples of removed repositories stay what they are.
-- name: RetryTimes :many
SELECT DISTINCT s.time
FROM samples AS s
JOIN repositories AS r ON r.id = s.repo_id
WHERE s.series_id = @series_id AND s.outcome = ANY (@outcomes::text[])
    AND (sqlc.narg('at')::timestamptz IS NULL OR s.time = sqlc.narg('at'))
    AND r.deleted_at IS NULL AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
ORDER BY s.time;

-- name: RetryRepositories :many
SELECT DISTINCT s.repo_id
FROM samples AS s
JOIN repositories AS r ON r.id = s.repo_id
WHERE s.series_id = @series_id AND s.repo_id > @after AND s.outcome = ANY (@outcomes::text[])
    AND (sqlc.narg('at')::timestamptz IS NULL OR s.time = sqlc.narg('at'))
    AND r.deleted_at IS NULL AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
ORDER BY s.repo_id
LIMIT @row_limit;

-- Takes samples up again: pending, with the commit that the index has now, or none where it is not right for the time (see
-- PlanSamples). What they were is kept; values, points and reasons stay until there are new ones.
-- name: RetrySamples :exec
WITH wanted AS (
    SELECT s.repo_id, s.time FROM samples AS s
    WHERE s.series_id = @series_id AND s.repo_id = ANY (@repo_ids::integer[]) AND s.outcome = ANY (@outcomes::text[])
        AND (sqlc.narg('at')::timestamptz IS NULL OR s.time = sqlc.narg('at')) AND s.generation < @generation
    ORDER BY s.repo_id, s.time
    FOR UPDATE
), resolved AS (
    SELECT w.repo_id, w.time, i.commit_bytea
    FROM wanted AS w
    LEFT JOIN commit_index_metadata AS m ON m.repo_id = w.repo_id AND m.enabled AND m.last_indexed_at >= w.time
        AND (m.oldest_complete IS NULL OR m.oldest_complete <= w.time)
    LEFT JOIN LATERAL (
        SELECT x.commit_bytea FROM commit_index AS x
        WHERE x.repo_id = m.repo_id AND NOT x.shadowed AND x.committed_at <= w.time
        ORDER BY x.committed_at DESC
        LIMIT 1
    ) AS i ON true
)
UPDATE samples AS s
SET generation = @generation, outcome = 'pending', commit_bytea = n.commit_bytea, kept_outcome = s.outcome, kept_commit = s.commit_bytea
FROM resolved AS n
WHERE s.series_id = @series_id AND s.repo_id = n.repo_id AND s.time = n.time;

-- Samples whose new attempt knows less than what they were are that again.
-- name: RestoreSamples :exec
UPDATE samples AS s
SET outcome = s.kept_outcome, commit_bytea = s.kept_commit, kept_outcome = NULL, kept_commit = NULL, attempts = s.attempts + 1
FROM (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@times::timestamptz[]) AS time) AS w
WHERE s.series_id = @series_id AND s.repo_id = w.repo_id AND s.time = w.time AND s.outcome = 'pending' AND s.kept_outcome IS NOT NULL;

-- Ends what a generation has pending: samples that were something before are that again, the others failed.
-- name: CancelSamples :execrows
WITH chosen AS (
    SELECT p.repo_id, p.time FROM samples AS p
    WHERE p.series_id = @series_id AND p.generation = @generation AND p.outcome = 'pending'
    ORDER BY p.repo_id, p.time
    LIMIT @row_limit
    FOR UPDATE
)
UPDATE samples AS s
SET outcome = coalesce(s.kept_outcome, 'failed'),
    commit_bytea = CASE WHEN s.kept_outcome IS NULL THEN s.commit_bytea ELSE s.kept_commit END,
    reason_class = CASE WHEN s.kept_outcome IS NULL THEN 'cancelled' ELSE s.reason_class END,
    reason = CASE WHEN s.kept_outcome IS NULL THEN @reason::text ELSE s.reason END,
    kept_outcome = NULL, kept_commit = NULL
FROM chosen
WHERE s.series_id = @series_id AND s.repo_id = chosen.repo_id AND s.time = chosen.time;

-- name: ExtendSeries :exec
UPDATE insight_series SET points = @points, definition_key = @definition_key WHERE id = @id;

-- Reasons that no sample has any more.
-- name: ClearDirtyQueries :exec
DELETE FROM insight_dirty_queries AS d
WHERE d.insight_series_id = @series_id::integer AND d.reason NOT LIKE 'planning: %' AND NOT EXISTS (
    SELECT FROM samples AS s
    WHERE s.series_id = @series_id AND s.outcome IN ('partial', 'failed') AND s.reason_class = d.reason);

-- What an operator did ("cancelled", "terminated") says nothing about the query.
-- name: AddDirtyQueries :exec
INSERT INTO insight_dirty_queries (insight_series_id, query, dirty_at, reason, for_time)
SELECT i.id, i.query, @at::timestamptz, f.reason_class, f.newest
FROM insight_series AS i
CROSS JOIN (
    SELECT s.reason_class, max(s.time) AS newest FROM samples AS s
    WHERE s.series_id = @series_id AND s.outcome IN ('partial', 'failed')
        AND s.reason_class IS NOT NULL AND s.reason_class NOT IN ('cancelled', 'terminated')
    GROUP BY s.reason_class
) AS f
WHERE i.id = @series_id
ON CONFLICT (insight_series_id, reason) DO UPDATE SET for_time = EXCLUDED.for_time
WHERE insight_dirty_queries.for_time IS DISTINCT FROM EXCLUDED.for_time;

-- name: ClearPlanningProblem :exec
DELETE FROM insight_dirty_queries
WHERE insight_series_id = @series_id::integer AND reason LIKE 'planning: %' AND reason <> @reason::text;

-- name: AddPlanningProblem :exec
INSERT INTO insight_dirty_queries (insight_series_id, query, dirty_at, reason, for_time)
SELECT i.id, i.query, @at::timestamptz, @reason::text, @at FROM insight_series AS i WHERE i.id = @series_id
ON CONFLICT (insight_series_id, reason) DO NOTHING;

-- name: DirtyQueries :many
SELECT query, dirty_at, reason, for_time FROM insight_dirty_queries
WHERE insight_series_id = @series_id::integer
ORDER BY for_time DESC, reason;
