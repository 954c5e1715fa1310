-- The ledger's rows, see migrations/00004_sample_chunks.sql. Rows are locked by repository and chunk, before tallies and captures.

-- The times of some series, one row without a time for a series that has none.
-- name: Slots :many
SELECT d.id, d.series_id, d.generated_from_capture_groups AS captured, t.time, t.chunk, t.place
FROM insight_series AS d
LEFT JOIN series_times AS t ON t.series_id = d.id
WHERE d.series_id = ANY (@series_ids::text[])
ORDER BY d.id, t.time;

-- To be called with the series locked.
-- name: AddTimes :exec
INSERT INTO series_times (series_id, time, chunk, place)
SELECT @series_id, n.time, (n.number - 1) / 32, (n.number - 1) % 32 + 1
FROM (
    SELECT w.time, (coalesce((SELECT max(x.chunk * 32 + x.place) FROM series_times AS x WHERE x.series_id = @series_id), 0)
        + row_number() OVER (ORDER BY w.time))::integer AS number
    FROM (SELECT DISTINCT unnest(@times::timestamptz[]) AS time) AS w
    WHERE NOT EXISTS (SELECT FROM series_times AS t WHERE t.series_id = @series_id AND t.time = w.time)
) AS n
ORDER BY n.number;

-- Whoever adds rows to a series' ledger does it while nobody else does.
-- name: LockLedger :exec
SELECT FROM insight_series WHERE id = @series_id FOR NO KEY UPDATE;

-- name: LockChunks :many
SELECT sqlc.embed(c)
FROM (SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id) AS w
JOIN sample_chunks AS c ON c.series_id = @series_id AND c.chunk = w.chunk AND c.repo_id = w.repo_id
ORDER BY c.repo_id, c.chunk
FOR UPDATE OF c;

-- name: LockPendingChunks :many
SELECT sqlc.embed(c) FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.pending > 0 AND c.repo_id >= @after_repo AND (c.repo_id, c.chunk) > (@after_repo, @after_chunk::integer)
ORDER BY c.repo_id, c.chunk
LIMIT @row_limit
FOR UPDATE;

-- name: PendingChunks :many
SELECT sqlc.embed(c) FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.pending > 0 AND c.repo_id BETWEEN @from_repo AND @through_repo
ORDER BY c.repo_id, c.chunk;

-- Rows of some repositories in one of the series' chunks.
-- name: ChunksOf :many
SELECT sqlc.embed(c) FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.chunk = @chunk AND c.repo_id IN (SELECT unnest(@repo_ids::integer[]));

-- Rows of some repositories that know one of the commits.
-- name: ChunksWithCommits :many
SELECT sqlc.embed(c)
FROM (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@commits::bytea[]) AS commit_bytea) AS w
JOIN sample_chunks AS c ON c.series_id = @series_id AND c.chunk = ANY (@chunks::integer[]) AND c.repo_id = w.repo_id
WHERE w.commit_bytea = ANY (c.commits);

-- name: InsertChunks :execrows
INSERT INTO sample_chunks (series_id, chunk, repo_id, name_id, generation, pending, faulty, outcomes, generations, vals, durations_ms, attempts,
    commits, commit_of, kept_outcomes, kept_commit_of, reason_classes, reasons, reason_of)
SELECT @series_id, w.chunk, w.repo_id, n.id, w.generation, w.pending, w.faulty, w.outcomes, nullif(w.generations, '')::integer[],
    nullif(w.vals, '')::double precision[], nullif(w.durations_ms, '')::integer[], w.attempts,
    nullif(w.commits, '')::bytea[], w.commit_of, nullif(w.kept_outcomes, ''), w.kept_commit_of,
    nullif(w.reason_classes, '')::text[], nullif(w.reasons, '')::text[], w.reason_of
FROM (
    SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id, unnest(@generation::integer[]) AS generation,
        unnest(@pending::integer[]) AS pending, unnest(@faulty::integer[]) AS faulty, unnest(@outcomes::text[]) AS outcomes,
        unnest(@generations::text[]) AS generations, unnest(@vals::text[]) AS vals, unnest(@durations_ms::text[]) AS durations_ms,
        unnest(@attempts::bytea[]) AS attempts, unnest(@commits::text[]) AS commits, unnest(@commit_of::bytea[]) AS commit_of,
        unnest(@kept_outcomes::text[]) AS kept_outcomes, unnest(@kept_commit_of::bytea[]) AS kept_commit_of,
        unnest(@reason_classes::text[]) AS reason_classes, unnest(@reasons::text[]) AS reasons, unnest(@reason_of::bytea[]) AS reason_of
) AS w
JOIN repositories AS r ON r.id = w.repo_id
JOIN repo_names AS n ON n.name = r.name;

-- name: UpdateChunks :execrows
UPDATE sample_chunks AS c
SET generation = w.generation, pending = w.pending, faulty = w.faulty, outcomes = w.outcomes, generations = nullif(w.generations, '')::integer[],
    vals = nullif(w.vals, '')::double precision[], durations_ms = nullif(w.durations_ms, '')::integer[], attempts = w.attempts,
    commits = nullif(w.commits, '')::bytea[], commit_of = w.commit_of,
    kept_outcomes = nullif(w.kept_outcomes, ''), kept_commit_of = w.kept_commit_of,
    reason_classes = nullif(w.reason_classes, '')::text[], reasons = nullif(w.reasons, '')::text[], reason_of = w.reason_of
FROM (
    SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id, unnest(@generation::integer[]) AS generation,
        unnest(@pending::integer[]) AS pending, unnest(@faulty::integer[]) AS faulty, unnest(@outcomes::text[]) AS outcomes,
        unnest(@generations::text[]) AS generations, unnest(@vals::text[]) AS vals, unnest(@durations_ms::text[]) AS durations_ms,
        unnest(@attempts::bytea[]) AS attempts, unnest(@commits::text[]) AS commits, unnest(@commit_of::bytea[]) AS commit_of,
        unnest(@kept_outcomes::text[]) AS kept_outcomes, unnest(@kept_commit_of::bytea[]) AS kept_commit_of,
        unnest(@reason_classes::text[]) AS reason_classes, unnest(@reasons::text[]) AS reasons, unnest(@reason_of::bytea[]) AS reason_of
) AS w
WHERE c.series_id = @series_id AND c.chunk = w.chunk AND c.repo_id = w.repo_id;

-- name: CapturesOf :many
SELECT v.chunk, v.repo_id, v.capture, v.vals
FROM (SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id) AS w
JOIN sample_captures AS v ON v.series_id = @series_id AND v.chunk = w.chunk AND v.repo_id = w.repo_id;

-- name: WriteCaptures :exec
INSERT INTO sample_captures (series_id, chunk, repo_id, capture, vals)
SELECT @series_id, w.chunk, w.repo_id, w.capture, w.vals::double precision[]
FROM (
    SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id, unnest(@captures::text[]) AS capture, unnest(@vals::text[]) AS vals
) AS w
ON CONFLICT (series_id, chunk, repo_id, capture) DO UPDATE SET vals = EXCLUDED.vals;

-- name: DeleteCaptures :exec
DELETE FROM sample_captures AS v
USING (SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id, unnest(@captures::text[]) AS capture) AS w
WHERE v.series_id = @series_id AND v.chunk = w.chunk AND v.repo_id = w.repo_id AND v.capture = w.capture;

-- Adds to the tallies, in one order.
-- name: AddTallies :exec
INSERT INTO series_tallies AS t (series_id, time, stripe, counted, reused, absent, partial, failed, pending, value)
SELECT @series_id, w.time, w.stripe, w.counted, w.reused, w.absent, w.partial, w.failed, w.pending, w.value
FROM (
    SELECT unnest(@times::timestamptz[]) AS time, unnest(@stripes::integer[]) AS stripe, unnest(@counted::integer[]) AS counted,
        unnest(@reused::integer[]) AS reused, unnest(@absent::integer[]) AS absent, unnest(@partial::integer[]) AS partial,
        unnest(@failed::integer[]) AS failed, unnest(@pending::integer[]) AS pending, unnest(@vals::double precision[]) AS value
) AS w
ORDER BY w.time, w.stripe
ON CONFLICT (series_id, time, stripe) DO UPDATE
SET counted = t.counted + EXCLUDED.counted, reused = t.reused + EXCLUDED.reused, absent = t.absent + EXCLUDED.absent,
    partial = t.partial + EXCLUDED.partial, failed = t.failed + EXCLUDED.failed, pending = t.pending + EXCLUDED.pending,
    value = t.value + EXCLUDED.value;

-- name: AddCaptureSums :exec
INSERT INTO capture_sums AS t (series_id, time, capture, stripe, value)
SELECT @series_id, w.time, w.capture, w.stripe, w.value
FROM (
    SELECT unnest(@times::timestamptz[]) AS time, unnest(@captures::text[]) AS capture, unnest(@stripes::integer[]) AS stripe,
        unnest(@vals::double precision[]) AS value
) AS w
ORDER BY w.time, w.capture COLLATE "C", w.stripe
ON CONFLICT (series_id, time, capture, stripe) DO UPDATE SET value = t.value + EXCLUDED.value;
