-- Repositories that came into the scope of a series after its past was computed.

-- The times of all plans that are written in full, of those that plan new samples.
-- name: PlannedTimes :many
SELECT DISTINCT p.time::timestamptz AS time
FROM insight_series_backfill AS b
CROSS JOIN LATERAL unnest(b.times) AS p (time)
WHERE b.series_id = @series_id AND b.kind IN ('backfill', 'recording', 'extension', 'joining') AND b.planned_at IS NOT NULL
ORDER BY p.time;

-- Repositories that have a sample at every one of the times.
-- name: WholeRepositories :many
SELECT s.repo_id FROM samples AS s
WHERE s.series_id = @series_id AND s.time = ANY (@times::timestamptz[])
GROUP BY s.repo_id
HAVING count(*) >= cardinality(@times);

-- name: AddJoining :one
INSERT INTO insight_series_backfill (series_id, generation, kind, times, note)
SELECT @series_id, coalesce(max(b.generation), 0) + 1, 'joining', @times::timestamptz[], @note::text
FROM insight_series_backfill AS b
WHERE b.series_id = @series_id
RETURNING generation;

-- What was planned, newest first, snapshots not.
-- name: SeriesPlans :many
SELECT generation, kind, times, coalesce(note, '')::text AS note, created_at, completed_at
FROM insight_series_backfill
WHERE series_id = @series_id AND kind <> 'snapshot'
ORDER BY generation DESC
LIMIT @row_limit;
