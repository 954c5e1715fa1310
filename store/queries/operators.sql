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

-- The times at which a retry has something to take up. Samples of removed repositories stay what they are. letters are those of the
-- outcomes; where all of them are partial or failed, the rows that have such a sample are known.
-- name: RetryTimes :many
SELECT DISTINCT t.time
FROM (
    SELECT c.chunk, c.repo_id, c.outcomes FROM sample_chunks AS c WHERE c.series_id = @series_id AND c.faulty > 0 AND @faulty::boolean
    UNION ALL
    SELECT c.chunk, c.repo_id, c.outcomes FROM sample_chunks AS c WHERE c.series_id = @series_id AND NOT @faulty
) AS s
JOIN series_times AS t ON t.series_id = @series_id AND t.chunk = s.chunk
JOIN repositories AS r ON r.id = s.repo_id
WHERE substr(s.outcomes, t.place, 1) = ANY (@letters::text[])
    AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at'))
    AND r.deleted_at IS NULL AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
ORDER BY t.time;

-- The next repositories with something to take up.
-- name: RetryRepositories :many
SELECT DISTINCT s.repo_id
FROM (
    SELECT c.chunk, c.repo_id, c.outcomes FROM sample_chunks AS c
    WHERE c.series_id = @series_id AND c.repo_id > @after AND c.faulty > 0 AND @faulty::boolean
    UNION ALL
    SELECT c.chunk, c.repo_id, c.outcomes FROM sample_chunks AS c
    WHERE c.series_id = @series_id AND c.repo_id > @after AND NOT @faulty
) AS s
JOIN repositories AS r ON r.id = s.repo_id
WHERE EXISTS (
        SELECT FROM series_times AS t
        WHERE t.series_id = @series_id AND t.chunk = s.chunk AND substr(s.outcomes, t.place, 1) = ANY (@letters::text[])
            AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at')))
    AND r.deleted_at IS NULL AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
ORDER BY s.repo_id
LIMIT @row_limit;

-- name: ExtendSeries :exec
UPDATE insight_series SET points = @points, definition_key = @definition_key WHERE id = @id;

-- Reasons that no sample has any more.
-- name: ClearDirtyQueries :exec
DELETE FROM insight_dirty_queries AS d
WHERE d.insight_series_id = @series_id::integer AND d.reason NOT LIKE 'planning: %' AND d.reason <> 'history rewritten' AND NOT EXISTS (
    SELECT FROM sample_chunks AS c
    JOIN series_times AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
    WHERE c.series_id = @series_id AND c.faulty > 0 AND substr(c.outcomes, t.place, 1) IN ('i', 'f')
        AND t.place <= length(c.reason_of) AND c.reason_classes[get_byte(c.reason_of, t.place - 1)] = d.reason);

-- What an operator did ("cancelled", "terminated") says nothing about the query.
-- name: AddDirtyQueries :exec
INSERT INTO insight_dirty_queries (insight_series_id, query, dirty_at, reason, for_time)
SELECT i.id, i.query, @at::timestamptz, f.reason_class, f.newest
FROM insight_series AS i
CROSS JOIN (
    SELECT s.reason_class, max(s.time) AS newest
    FROM (
        SELECT t.time, c.reason_classes[get_byte(c.reason_of, t.place - 1)] AS reason_class
        FROM sample_chunks AS c
        JOIN series_times AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
        WHERE c.series_id = @series_id AND c.faulty > 0 AND substr(c.outcomes, t.place, 1) IN ('i', 'f') AND t.place <= length(c.reason_of)
    ) AS s
    WHERE s.reason_class NOT IN ('', 'cancelled', 'terminated')
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
