-- name: PendingSamples :many
SELECT repo_id, time, attempts, commit_bytea FROM samples
WHERE series_id = @series_id AND generation = @generation AND outcome = 'pending'
    AND repo_id BETWEEN @from_repo AND @through_repo
    AND (sqlc.narg('at')::timestamptz IS NULL OR time = sqlc.narg('at'))
ORDER BY repo_id, time DESC;

-- The rows that are about to be written, locked in one order so that two writers cannot wait for each other.
-- name: LockSamples :many
SELECT s.repo_id, s.time, s.generation, s.outcome, s.value, s.commit_bytea, s.reason_class, s.reason, s.kept_outcome, s.kept_commit
FROM (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@times::timestamptz[]) AS time) AS w
JOIN samples AS s ON s.series_id = @series_id AND s.repo_id = w.repo_id AND s.time = w.time
ORDER BY s.repo_id, s.time
FOR UPDATE OF s;

-- name: WriteSamples :exec
INSERT INTO samples (series_id, repo_id, time, generation, outcome, attempts, duration_ms, value, commit_bytea, reason_class, reason)
SELECT @series_id, w.repo_id, w.time, @generation, w.outcome, 1, w.duration_ms, w.value, w.commit_bytea, nullif(w.reason_class, ''), nullif(w.reason, '')
FROM (
    SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@times::timestamptz[]) AS time, unnest(@outcomes::text[]) AS outcome,
        unnest(@durations_ms::integer[]) AS duration_ms, unnest(@vals::double precision[]) AS value,
        unnest(@commits::bytea[]) AS commit_bytea, unnest(@reason_classes::text[]) AS reason_class, unnest(@reasons::text[]) AS reason
) AS w
ON CONFLICT (series_id, repo_id, time) DO UPDATE
SET outcome = EXCLUDED.outcome, attempts = samples.attempts + 1, duration_ms = EXCLUDED.duration_ms, value = EXCLUDED.value,
    commit_bytea = EXCLUDED.commit_bytea, reason_class = EXCLUDED.reason_class, reason = EXCLUDED.reason,
    kept_outcome = NULL, kept_commit = NULL
WHERE (samples.outcome, samples.value, samples.commit_bytea, samples.reason_class, samples.reason)
    IS DISTINCT FROM (EXCLUDED.outcome, EXCLUDED.value, EXCLUDED.commit_bytea, EXCLUDED.reason_class, EXCLUDED.reason);

-- Points of the given samples that are not among the given points. All points of a series have a capture or none has, so
-- '' for none is unambiguous within it.
-- name: DeletePointsExcept :exec
DELETE FROM series_points AS p
USING (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@times::timestamptz[]) AS time) AS w
WHERE p.series_id = @series_id AND p.repo_id = w.repo_id AND p.time = w.time AND NOT EXISTS (
    SELECT FROM (
        SELECT unnest(@point_repo_ids::integer[]) AS repo_id, unnest(@point_times::timestamptz[]) AS time, unnest(@captures::text[]) AS capture
    ) AS n
    WHERE n.repo_id = p.repo_id AND n.time = p.time AND n.capture = coalesce(p.capture, ''));

-- name: WritePoints :exec
INSERT INTO series_points (series_id, time, value, repo_id, repo_name_id, original_repo_name_id, capture)
SELECT @series_id, n.time, n.value, n.repo_id, names.id, names.id, CASE WHEN @captured::boolean THEN n.capture END
FROM (
    SELECT unnest(@point_repo_ids::integer[]) AS repo_id, unnest(@point_times::timestamptz[]) AS time, unnest(@captures::text[]) AS capture,
        unnest(@vals::double precision[]) AS value
) AS n
JOIN repositories AS r ON r.id = n.repo_id
JOIN repo_names AS names ON names.name = r.name
ON CONFLICT (series_id, time, repo_id, capture) DO UPDATE
SET value = EXCLUDED.value, repo_name_id = EXCLUDED.repo_name_id
WHERE series_points.value IS DISTINCT FROM EXCLUDED.value;

-- name: Completeness :many
SELECT s.series_id, s.outcome, count(*) AS n FROM samples AS s
WHERE s.series_id = ANY (@series_ids::integer[])
GROUP BY s.series_id, s.outcome;

-- The times of the generation narrow the search: a series may have recorded a thousand times.
-- name: CompletenessOfGeneration :many
SELECT s.outcome, count(*) AS n
FROM insight_series_backfill AS b
JOIN samples AS s ON s.series_id = b.series_id AND s.time = ANY (b.times) AND s.generation = b.generation
WHERE b.series_id = @series_id AND b.generation = @generation
GROUP BY s.outcome;

-- name: CompletenessOfRange :many
SELECT s.outcome, count(*) AS n FROM samples AS s
WHERE s.series_id = @series_id AND s.generation = @generation AND s.repo_id BETWEEN @from_repo AND @through_repo
    AND (sqlc.narg('at')::timestamptz IS NULL OR s.time = sqlc.narg('at'))
GROUP BY s.outcome;

-- Newest time first, then by repository; after_time and after_repo are those of the last row of the page before.
-- name: Samples :many
SELECT s.repo_id, r.name AS repository, s.time, s.outcome, s.attempts, s.duration_ms, s.value, s.commit_bytea, s.reason_class, s.reason
FROM samples AS s
JOIN repositories AS r ON r.id = s.repo_id
WHERE s.series_id = @series_id
    AND s.time <= coalesce(sqlc.narg('after_time')::timestamptz, 'infinity')
    AND (sqlc.narg('after_time')::timestamptz IS NULL OR s.time < sqlc.narg('after_time') OR s.repo_id > @after_repo)
    AND (sqlc.narg('at')::timestamptz IS NULL OR s.time = sqlc.narg('at'))
    AND (cardinality(@outcomes::text[]) = 0 OR s.outcome = ANY (@outcomes))
    AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
ORDER BY s.time DESC, s.repo_id
LIMIT @row_limit;

-- name: CountSamples :one
SELECT count(*)
FROM samples AS s
JOIN repositories AS r ON r.id = s.repo_id
WHERE s.series_id = @series_id
    AND (sqlc.narg('at')::timestamptz IS NULL OR s.time = sqlc.narg('at'))
    AND (cardinality(@outcomes::text[]) = 0 OR s.outcome = ANY (@outcomes))
    AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern);

-- name: FailedReasons :many
SELECT outcome, coalesce(reason_class, '')::text AS reason_class, count(*) AS n, coalesce(min(reason), '')::text AS example
FROM samples
WHERE series_id = @series_id AND outcome IN ('partial', 'failed')
GROUP BY outcome, reason_class
ORDER BY n DESC, outcome, reason_class;
