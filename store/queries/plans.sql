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

-- The commits of some repositories at the times, which are sorted: the repository is at commit_bytea from the time after "above" through
-- the time "through", both counted from 1; NULL: it has none there. A row with through NULL comes first for each repository whose index
-- is enabled: the index is right for the times after "least" up to "above". A look-up for each commit, not for each time.
-- name: ResolveCommits :many
WITH RECURSIVE steps AS (
    SELECT m.repo_id, coalesce(width_bucket(m.oldest_complete - interval '1 microsecond', @times::timestamptz[]), 0) AS least,
        width_bucket(m.last_indexed_at, @times) AS above, NULL::integer AS through, NULL::bytea AS commit_bytea
    FROM unnest(@repo_ids::integer[]) AS w (repo_id)
    JOIN commit_index_metadata AS m ON m.repo_id = w.repo_id AND m.enabled
    UNION ALL
    SELECT s.repo_id, s.least,
        CASE WHEN i.committed_at IS NULL THEN s.least ELSE greatest(s.least, width_bucket(i.committed_at - interval '1 microsecond', @times)) END,
        s.above, i.commit_bytea
    FROM steps AS s
    LEFT JOIN LATERAL (
        SELECT x.commit_bytea, x.committed_at FROM commit_index AS x
        WHERE x.repo_id = s.repo_id AND NOT x.shadowed AND x.committed_at <= (@times)[s.above]
        ORDER BY x.committed_at DESC
        LIMIT 1
    ) AS i ON true
    WHERE s.above > s.least
)
SELECT repo_id, above, through, commit_bytea FROM steps WHERE through IS NOT NULL;

-- name: AdvancePlan :exec
UPDATE insight_series_backfill
SET planned_through = @planned_through, planned_at = CASE WHEN @done::boolean THEN now() ELSE planned_at END
WHERE series_id = @series_id AND generation = @generation;

-- name: MarkBackfillQueued :exec
UPDATE insight_series SET backfill_queued_at = now() WHERE id = @id AND backfill_queued_at IS NULL;

-- Rows with pending samples, by repository.
-- name: PendingWork :many
SELECT r.name, r.size_bytes, sqlc.embed(c)
FROM sample_chunks AS c
JOIN repositories AS r ON r.id = c.repo_id
WHERE c.series_id = @series_id AND c.pending > 0 AND c.repo_id > @after
ORDER BY c.repo_id, c.chunk
LIMIT @row_limit;

-- name: HasPending :one
SELECT EXISTS (
    SELECT FROM sample_chunks AS c
    JOIN series_times AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
    WHERE c.series_id = @series_id AND c.pending > 0 AND substr(c.outcomes, t.place, 1) = 'p' AND coalesce(c.generations[t.place], c.generation) = @generation::integer);

-- name: CompleteGeneration :exec
UPDATE insight_series_backfill SET completed_at = @at::timestamptz
WHERE series_id = @series_id AND generation = @generation AND completed_at IS NULL;

-- name: CompleteBackfill :exec
UPDATE insight_series SET backfill_completed_at = @at::timestamptz WHERE id = @series_id AND backfill_completed_at IS NULL;

-- name: CompleteRecording :exec
UPDATE insight_series
SET last_recorded_at = greatest(last_recorded_at, @recorded::timestamptz), next_recording_after = greatest(next_recording_after, @next::timestamptz)
WHERE id = @id;

-- name: PlanKind :one
SELECT kind FROM insight_series_backfill WHERE series_id = @series_id AND generation = @plan;
