-- Snapshots: "now" between two recordings, one row for each repository, replaced by the next one.

-- Series that are to take a snapshot, by id: those whose grid is coarser than a day.
-- name: SnapshotSeries :many
SELECT id, series_id FROM insight_series
WHERE id > @after AND deleted_at IS NULL AND workflow_started_at IS NOT NULL
    AND (sample_interval_unit IN ('WEEK', 'MONTH', 'YEAR')
        OR sample_interval_unit = 'DAY' AND sample_interval_value > 1
        OR sample_interval_unit = 'HOUR' AND sample_interval_value > 24)
ORDER BY id
LIMIT @row_limit;

-- Snapshots before this one that were never completed. Their samples go with them, and the points below.
-- name: DropUnfinishedSnapshots :exec
WITH dropped AS (
    DELETE FROM insight_series_backfill AS b
    WHERE b.series_id = @series_key AND b.kind = 'snapshot' AND b.completed_at IS NULL AND b.generation < @generation
    RETURNING b.times[1] AS time
)
DELETE FROM series_points_snapshots AS p USING dropped WHERE p.series_id = @series_id AND p.time = dropped.time;

-- What is known of a snapshot without a search, as in PlanSamples: no commit means absent; a commit for which the series has an
-- exact value, in the ledger or in the snapshot before, means reused.
-- name: PlanSnapshot :exec
WITH cells AS (
    SELECT r.repo_id, coalesce(m.enabled AND m.last_indexed_at >= @at::timestamptz AND (m.oldest_complete IS NULL OR m.oldest_complete <= @at), false) AS indexed
    FROM unnest(@repo_ids::integer[]) AS r (repo_id)
    LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.repo_id
), resolved AS (
    SELECT c.repo_id, c.indexed, i.commit_bytea
    FROM cells AS c
    LEFT JOIN LATERAL (
        SELECT x.commit_bytea FROM commit_index AS x
        WHERE c.indexed AND x.repo_id = c.repo_id AND NOT x.shadowed AND x.committed_at <= @at
        ORDER BY x.committed_at DESC
        LIMIT 1
    ) AS i ON true
), recorded AS (
    SELECT DISTINCT ON (s.repo_id) s.repo_id, s.time, s.value
    FROM samples AS s
    JOIN resolved AS r ON r.repo_id = s.repo_id AND r.commit_bytea = s.commit_bytea
    WHERE s.series_id = @series_key AND s.repo_id = ANY (@repo_ids) AND s.outcome IN ('counted', 'reused')
    ORDER BY s.repo_id, s.time DESC
), before AS (
    SELECT s.repo_id, b.times[1] AS time, s.value
    FROM insight_series_backfill AS b
    JOIN snapshot_samples AS s ON s.series_id = b.series_id AND s.generation = b.generation
    JOIN resolved AS r ON r.repo_id = s.repo_id AND r.commit_bytea = s.commit_bytea
    WHERE b.series_id = @series_key AND b.kind = 'snapshot' AND b.completed_at IS NOT NULL AND b.generation < @generation
        AND s.repo_id = ANY (@repo_ids) AND s.outcome IN ('counted', 'reused')
        AND NOT EXISTS (SELECT FROM recorded WHERE recorded.repo_id = s.repo_id)
), planned AS (
    INSERT INTO snapshot_samples (series_id, generation, repo_id, outcome, value, commit_bytea)
    SELECT @series_key, @generation, r.repo_id,
        CASE WHEN r.indexed AND r.commit_bytea IS NULL THEN 'absent' WHEN coalesce(recorded.time, before.time) IS NOT NULL THEN 'reused' ELSE 'pending' END,
        coalesce(recorded.value, before.value, 0), r.commit_bytea
    FROM resolved AS r
    LEFT JOIN recorded ON recorded.repo_id = r.repo_id
    LEFT JOIN before ON before.repo_id = r.repo_id
    ORDER BY r.repo_id
    ON CONFLICT (series_id, generation, repo_id) DO NOTHING
    RETURNING repo_id, outcome
), known AS (
    SELECT p.repo_id, p.value, p.repo_name_id, p.original_repo_name_id, p.capture
    FROM planned
    JOIN recorded USING (repo_id)
    JOIN series_points AS p ON p.series_id = @series_id AND p.repo_id = recorded.repo_id AND p.time = recorded.time
    WHERE planned.outcome = 'reused'
    UNION ALL
    SELECT p.repo_id, p.value, p.repo_name_id, p.original_repo_name_id, p.capture
    FROM planned
    JOIN before USING (repo_id)
    JOIN series_points_snapshots AS p ON p.series_id = @series_id AND p.repo_id = before.repo_id AND p.time = before.time
    WHERE planned.outcome = 'reused'
)
INSERT INTO series_points_snapshots (series_id, time, value, repo_id, repo_name_id, original_repo_name_id, capture)
SELECT @series_id, @at, k.value, k.repo_id, k.repo_name_id, k.original_repo_name_id, k.capture
FROM known AS k
ORDER BY k.repo_id
ON CONFLICT (series_id, time, repo_id, capture) DO NOTHING;

-- Repositories with a pending sample, by id: a commit each.
-- name: PendingSnapshotRepositories :many
SELECT s.repo_id, r.name, r.size_bytes
FROM snapshot_samples AS s
JOIN repositories AS r ON r.id = s.repo_id
WHERE s.series_id = @series_id AND s.generation = @generation AND s.outcome = 'pending' AND s.repo_id > @after
ORDER BY s.repo_id
LIMIT @row_limit;

-- name: PendingSnapshotSamples :many
SELECT s.repo_id, b.times[1]::timestamptz AS time, s.attempts, s.commit_bytea
FROM snapshot_samples AS s
JOIN insight_series_backfill AS b ON b.series_id = s.series_id AND b.generation = s.generation
WHERE s.series_id = @series_id AND s.generation = @generation AND s.outcome = 'pending'
    AND s.repo_id BETWEEN @from_repo AND @through_repo
ORDER BY s.repo_id;

-- A sample that has ended stays as it is, but for a failure, which knows least. Returns the repositories that were written. A
-- snapshot that was replaced meanwhile has no rows any more, and nothing is written.
-- name: WriteSnapshotSamples :many
UPDATE snapshot_samples AS s
SET outcome = w.outcome, attempts = s.attempts + 1, duration_ms = w.duration_ms, value = w.value, commit_bytea = w.commit_bytea,
    reason_class = nullif(w.reason_class, ''), reason = nullif(w.reason, '')
FROM (
    SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@outcomes::text[]) AS outcome,
        unnest(@durations_ms::integer[]) AS duration_ms, unnest(@vals::double precision[]) AS value,
        unnest(@commits::bytea[]) AS commit_bytea, unnest(@reason_classes::text[]) AS reason_class, unnest(@reasons::text[]) AS reason
) AS w
WHERE s.series_id = @series_id AND s.generation = @generation AND s.repo_id = w.repo_id
    AND (s.outcome = 'pending' OR s.outcome = 'failed' AND w.outcome <> 'failed')
RETURNING s.repo_id;

-- name: WriteSnapshotPoints :exec
INSERT INTO series_points_snapshots (series_id, time, value, repo_id, repo_name_id, original_repo_name_id, capture)
SELECT @series_id, @at::timestamptz, n.value, n.repo_id, names.id, names.id, CASE WHEN @captured::boolean THEN n.capture END
FROM (
    SELECT unnest(@point_repo_ids::integer[]) AS repo_id, unnest(@captures::text[]) AS capture, unnest(@vals::double precision[]) AS value
) AS n
JOIN repositories AS r ON r.id = n.repo_id
JOIN repo_names AS names ON names.name = r.name
ON CONFLICT (series_id, time, repo_id, capture) DO UPDATE SET value = EXCLUDED.value;

-- name: SnapshotTally :many
SELECT s.outcome, count(*) AS n FROM snapshot_samples AS s
WHERE s.series_id = @series_id AND s.generation = @generation AND s.repo_id BETWEEN @from_repo AND @through_repo
GROUP BY s.outcome;

-- name: SnapshotHasPending :one
SELECT EXISTS (SELECT FROM snapshot_samples WHERE series_id = @series_id AND generation = @generation AND outcome = 'pending');

-- The snapshots before this one. Their samples go with them.
-- name: ReplaceSnapshots :exec
WITH replaced AS (
    DELETE FROM insight_series_backfill AS b
    WHERE b.series_id = @series_key AND b.kind = 'snapshot' AND b.generation < @generation
    RETURNING b.times[1] AS time
)
DELETE FROM series_points_snapshots AS p USING replaced WHERE p.series_id = @series_id AND p.time = replaced.time;

-- name: CompleteSnapshot :exec
UPDATE insight_series SET last_snapshot_at = greatest(last_snapshot_at, @at::timestamptz) WHERE id = @series_key;

-- The completed snapshot of each series, unless a recording has overtaken it: one row, times the captured values that occur.
-- name: SnapshotPoints :many
WITH chosen AS MATERIALIZED (
    SELECT id FROM repositories
    WHERE (@filtered::boolean)
        AND (@include::text = '' OR name ~ @include)
        AND (@exclude::text = '' OR name !~ @exclude)
        AND (@sees_all::boolean OR NOT private OR id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text))
), shown AS MATERIALIZED (
    SELECT DISTINCT ON (d.id) d.id, d.series_id, d.generated_from_capture_groups AS captured, b.generation, b.times[1] AS time
    FROM insight_series AS d
    JOIN insight_series_backfill AS b ON b.series_id = d.id AND b.kind = 'snapshot' AND b.completed_at IS NOT NULL
    WHERE d.series_id = ANY (@series_ids::text[]) AND b.times[1] BETWEEN @from_time::timestamptz AND @to_time::timestamptz
        AND NOT EXISTS (SELECT FROM insight_series_backfill AS r WHERE r.series_id = d.id AND r.kind = 'recording' AND b.times[1] <= ANY (r.times))
    ORDER BY d.id, b.generation DESC
), tally AS (
    SELECT shown.id,
        count(*) FILTER (WHERE s.outcome = 'counted') AS counted,
        count(*) FILTER (WHERE s.outcome = 'reused') AS reused,
        count(*) FILTER (WHERE s.outcome = 'absent') AS absent,
        count(*) FILTER (WHERE s.outcome = 'partial') AS partial,
        count(*) FILTER (WHERE s.outcome = 'failed') AS failed,
        count(*) FILTER (WHERE s.outcome = 'pending') AS pending
    FROM shown
    JOIN snapshot_samples AS s ON s.series_id = shown.id AND s.generation = shown.generation
    WHERE NOT @filtered OR s.repo_id IN (SELECT id FROM chosen)
    GROUP BY shown.id
), sums AS (
    SELECT shown.id, p.capture, sum(p.value) AS value
    FROM shown
    JOIN series_points_snapshots AS p ON p.series_id = shown.series_id AND p.time = shown.time
    WHERE (NOT @filtered OR p.repo_id IN (SELECT id FROM chosen))
        AND (@all_values::boolean OR (shown.id, p.capture) IN (SELECT unnest(@value_series::integer[]), unnest(@chosen_values::text[])))
    GROUP BY shown.id, p.capture
)
SELECT shown.series_id, shown.time::timestamptz AS time, sums.capture, coalesce(sums.value, 0)::double precision AS value, shown.captured,
    tally.counted, tally.reused, tally.absent, tally.partial, tally.failed, tally.pending
FROM shown
JOIN tally ON tally.id = shown.id
LEFT JOIN sums ON sums.id = shown.id
ORDER BY shown.series_id, sums.capture;
