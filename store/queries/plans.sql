-- name: SeriesKey :one
SELECT id FROM insight_series WHERE series_id = @series_id;

-- name: LockSeries :one
SELECT id FROM insight_series WHERE id = @id FOR UPDATE;

-- name: OpenGeneration :many
SELECT generation FROM insight_series_backfill
WHERE series_id = @series_id AND kind = @kind AND times = @times::timestamptz[] AND completed_at IS NULL
ORDER BY generation
LIMIT 1;

-- name: AddGeneration :one
INSERT INTO insight_series_backfill (series_id, generation, kind, times)
SELECT @series_id, coalesce(max(b.generation), 0) + 1, @kind, @times::timestamptz[]
FROM insight_series_backfill AS b
WHERE b.series_id = @series_id
RETURNING generation;

-- Two attempts at one plan go one after the other.
-- name: LockGeneration :one
SELECT kind, times, planned_through, planned_at, completed_at FROM insight_series_backfill
WHERE series_id = @series_id AND generation = @generation
FOR UPDATE;

-- The heart of compression: for the given repositories and times, what is known without a search.
-- A commit is looked up only where the index is right for the time: it was refreshed at or after it and reaches back
-- far enough. Then no commit means absent; a commit that the series has an exact value for means reused, with that
-- value and its points, unless reuse is false. Everything else is pending. A sample of an earlier generation stays as it is unless it
-- is pending still; one that a retry took up goes on being that, whatever the plan.
-- name: PlanSamples :exec
WITH cells AS (
    SELECT r.repo_id, t.time,
        coalesce(m.enabled AND m.last_indexed_at >= t.time AND (m.oldest_complete IS NULL OR m.oldest_complete <= t.time), false) AS indexed
    FROM unnest(@repo_ids::integer[]) AS r (repo_id)
    CROSS JOIN unnest(@times::timestamptz[]) AS t (time)
    LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.repo_id
), resolved AS (
    SELECT c.repo_id, c.time, c.indexed, i.commit_bytea, k.time AS known_time, k.value
    FROM cells AS c
    LEFT JOIN LATERAL (
        SELECT x.commit_bytea FROM commit_index AS x
        WHERE c.indexed AND x.repo_id = c.repo_id AND NOT x.shadowed AND x.committed_at <= c.time
        ORDER BY x.committed_at DESC
        LIMIT 1
    ) AS i ON true
    LEFT JOIN LATERAL (
        SELECT s.time, s.value FROM samples AS s
        WHERE @reuse::boolean AND s.series_id = @series_key AND s.repo_id = c.repo_id AND s.time <> c.time
            AND s.commit_bytea = i.commit_bytea AND s.outcome IN ('counted', 'reused')
        ORDER BY s.time DESC
        LIMIT 1
    ) AS k ON true
), planned AS (
    INSERT INTO samples (series_id, repo_id, time, generation, outcome, value, commit_bytea)
    SELECT @series_key, r.repo_id, r.time, @generation,
        CASE WHEN r.indexed AND r.commit_bytea IS NULL THEN 'absent' WHEN r.known_time IS NOT NULL THEN 'reused' ELSE 'pending' END,
        coalesce(r.value, 0), r.commit_bytea
    FROM resolved AS r
    ORDER BY r.repo_id, r.time
    ON CONFLICT (series_id, repo_id, time) DO UPDATE
    SET generation = EXCLUDED.generation,
        outcome = CASE WHEN samples.kept_outcome IS NULL THEN EXCLUDED.outcome ELSE samples.outcome END,
        value = CASE WHEN samples.kept_outcome IS NULL THEN EXCLUDED.value ELSE samples.value END,
        commit_bytea = CASE WHEN samples.kept_outcome IS NULL THEN EXCLUDED.commit_bytea ELSE samples.commit_bytea END
    WHERE samples.outcome = 'pending' AND samples.generation < EXCLUDED.generation
    RETURNING repo_id, time, outcome
)
INSERT INTO series_points (series_id, time, value, repo_id, repo_name_id, original_repo_name_id, capture)
SELECT p.series_id, planned.time, p.value, p.repo_id, p.repo_name_id, p.original_repo_name_id, p.capture
FROM planned
JOIN resolved USING (repo_id, time)
JOIN series_points AS p ON p.series_id = @series_id AND p.repo_id = planned.repo_id AND p.time = resolved.known_time
WHERE planned.outcome = 'reused'
ORDER BY planned.repo_id, planned.time
ON CONFLICT (series_id, time, repo_id, capture) DO NOTHING;

-- name: AdvancePlan :exec
UPDATE insight_series_backfill
SET planned_through = @planned_through, planned_at = CASE WHEN @done::boolean THEN now() ELSE planned_at END
WHERE series_id = @series_id AND generation = @generation;

-- name: MarkBackfillQueued :exec
UPDATE insight_series SET backfill_queued_at = now() WHERE id = @id AND backfill_queued_at IS NULL;

-- Repositories with pending samples, by id. A sample whose commit isn't known yet counts as a commit to search.
-- name: PendingRepositories :many
SELECT p.repo_id, r.name, r.size_bytes, p.pending, p.commits
FROM (
    SELECT s.repo_id, count(*) AS pending, (count(DISTINCT s.commit_bytea) + count(*) FILTER (WHERE s.commit_bytea IS NULL))::bigint AS commits
    FROM samples AS s
    WHERE s.series_id = @series_id AND s.generation = @generation AND s.outcome = 'pending' AND s.repo_id > @after
    GROUP BY s.repo_id
    ORDER BY s.repo_id
    LIMIT @row_limit
) AS p
JOIN repositories AS r ON r.id = p.repo_id
ORDER BY p.repo_id;

-- name: HasPending :one
SELECT EXISTS (SELECT FROM samples WHERE series_id = @series_id AND generation = @generation AND outcome = 'pending');

-- name: CompleteGeneration :exec
UPDATE insight_series_backfill SET completed_at = @at::timestamptz
WHERE series_id = @series_id AND generation = @generation AND completed_at IS NULL;

-- name: CompleteBackfill :exec
UPDATE insight_series SET backfill_completed_at = @at::timestamptz WHERE id = @series_id AND backfill_completed_at IS NULL;

-- name: CompleteRecording :exec
UPDATE insight_series
SET last_recorded_at = greatest(last_recorded_at, @recorded::timestamptz), next_recording_after = greatest(next_recording_after, @next::timestamptz)
WHERE id = @id;
