-- The ledger: samples, their captured values, and the sums that charts show. The columns are
-- explained in migrations/00004_samples.sql. Statements lock rows in the order of repository and
-- chunk, before tallies and captures.

-- The slots of some series. A series without sample times has one row, whose time is NULL.
-- name: Slots :many
SELECT d.id, d.series_id, d.generated_from_capture_groups AS captured, t.time, t.chunk, t.place
FROM insight_series AS d
LEFT JOIN sample_slots AS t ON t.series_id = d.id
WHERE d.series_id = ANY (@series_ids::text[])
ORDER BY d.id, t.time;

-- Gives the next free places to those of the times that have none. Callers must hold the lock of
-- the series.
-- name: AddTimes :exec
INSERT INTO sample_slots (series_id, time, chunk, place)
SELECT @series_id, n.time, (n.number - 1) / 32, (n.number - 1) % 32 + 1
FROM (
    SELECT w.time, (coalesce((SELECT max(x.chunk * 32 + x.place) FROM series_times AS x WHERE x.series_id = @series_id), 0)
        + row_number() OVER (ORDER BY w.time))::integer AS number
    FROM (SELECT DISTINCT unnest(@times::timestamptz[]) AS time) AS w
    WHERE NOT EXISTS (SELECT FROM series_times AS t WHERE t.series_id = @series_id AND t.time = w.time)
) AS n
ORDER BY n.number;

-- name: AddSnapshotSlot :exec
INSERT INTO sample_slots (series_id, time, chunk, place) VALUES (@series_id, @at::timestamptz, @chunk, 1);

-- name: LockChunks :many
SELECT sqlc.embed(c)
FROM (SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id) AS w
JOIN sample_chunks AS c ON c.series_id = @series_id AND c.chunk = w.chunk AND c.repo_id = w.repo_id
ORDER BY c.repo_id, c.chunk
FOR UPDATE OF c;

-- name: LockPendingChunks :many
SELECT sqlc.embed(c) FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.pending > 0 AND c.repo_id >= @after_repo AND (c.repo_id, c.chunk) > (@after_repo, @after_chunk::integer)
    AND c.chunk = ANY (ARRAY(SELECT DISTINCT t.chunk FROM plan_slots AS t WHERE t.series_id = @series_id AND t.plan = @plan))
ORDER BY c.repo_id, c.chunk
LIMIT @row_limit
FOR UPDATE;

-- name: PendingChunks :many
SELECT sqlc.embed(c) FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.pending > 0 AND c.repo_id BETWEEN @from_repo AND @through_repo
    AND c.chunk = ANY (ARRAY(SELECT DISTINCT t.chunk FROM plan_slots AS t WHERE t.series_id = @series_id AND t.plan = @plan))
ORDER BY c.repo_id, c.chunk;

-- Rows of some repositories in one chunk of the series.
-- name: ChunksOf :many
SELECT sqlc.embed(c) FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.chunk = @chunk AND c.repo_id IN (SELECT unnest(@repo_ids::integer[]));

-- For each pair of a repository and a commit, the rows of the repository, in the given chunks, that
-- have the commit.
-- name: ChunksWithCommits :many
SELECT sqlc.embed(c)
FROM (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@commits::bytea[]) AS commit_bytea) AS w
JOIN sample_chunks AS c ON c.series_id = @series_id AND c.chunk = ANY (@chunks::integer[]) AND c.repo_id = w.repo_id
WHERE w.commit_bytea = ANY (c.commits);

-- name: InsertChunks :execrows
INSERT INTO sample_chunks (series_id, chunk, repo_id, name_id, plan, pending, faulty, outcomes, plans, vals, durations_ms, attempts,
    commits, commit_of, kept_outcomes, kept_commit_of, reason_codes, reasons, reason_of)
SELECT @series_id, w.chunk, w.repo_id, n.id, w.plan, w.pending, w.faulty, w.outcomes, nullif(w.plans, '')::integer[],
    nullif(w.vals, '')::double precision[], nullif(w.durations_ms, '')::integer[], w.attempts,
    nullif(w.commits, '')::bytea[], w.commit_of, nullif(w.kept_outcomes, ''), w.kept_commit_of,
    nullif(w.reason_codes, '')::text[], nullif(w.reasons, '')::text[], w.reason_of
FROM (
    SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id, unnest(@plan::integer[]) AS plan,
        unnest(@pending::integer[]) AS pending, unnest(@faulty::integer[]) AS faulty, unnest(@outcomes::text[]) AS outcomes,
        unnest(@plans::text[]) AS plans, unnest(@vals::text[]) AS vals, unnest(@durations_ms::text[]) AS durations_ms,
        unnest(@attempts::bytea[]) AS attempts, unnest(@commits::text[]) AS commits, unnest(@commit_of::bytea[]) AS commit_of,
        unnest(@kept_outcomes::text[]) AS kept_outcomes, unnest(@kept_commit_of::bytea[]) AS kept_commit_of,
        unnest(@reason_codes::text[]) AS reason_codes, unnest(@reasons::text[]) AS reasons, unnest(@reason_of::bytea[]) AS reason_of
) AS w
JOIN repositories AS r ON r.id = w.repo_id
JOIN repo_names AS n ON n.name = r.name;

-- name: UpdateChunks :execrows
UPDATE sample_chunks AS c
SET plan = w.plan, pending = w.pending, faulty = w.faulty, outcomes = w.outcomes, plans = nullif(w.plans, '')::integer[],
    vals = nullif(w.vals, '')::double precision[], durations_ms = nullif(w.durations_ms, '')::integer[], attempts = w.attempts,
    commits = nullif(w.commits, '')::bytea[], commit_of = w.commit_of,
    kept_outcomes = nullif(w.kept_outcomes, ''), kept_commit_of = w.kept_commit_of,
    reason_codes = nullif(w.reason_codes, '')::text[], reasons = nullif(w.reasons, '')::text[], reason_of = w.reason_of
FROM (
    SELECT unnest(@chunks::integer[]) AS chunk, unnest(@repo_ids::integer[]) AS repo_id, unnest(@plan::integer[]) AS plan,
        unnest(@pending::integer[]) AS pending, unnest(@faulty::integer[]) AS faulty, unnest(@outcomes::text[]) AS outcomes,
        unnest(@plans::text[]) AS plans, unnest(@vals::text[]) AS vals, unnest(@durations_ms::text[]) AS durations_ms,
        unnest(@attempts::bytea[]) AS attempts, unnest(@commits::text[]) AS commits, unnest(@commit_of::bytea[]) AS commit_of,
        unnest(@kept_outcomes::text[]) AS kept_outcomes, unnest(@kept_commit_of::bytea[]) AS kept_commit_of,
        unnest(@reason_codes::text[]) AS reason_codes, unnest(@reasons::text[]) AS reasons, unnest(@reason_of::bytea[]) AS reason_of
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

-- Adds to the tallies. All writers use the same order, which prevents deadlocks.
-- name: AddTallies :exec
INSERT INTO series_tallies AS t (series_id, snapshot, time, stripe, counted, reused, absent, partial, failed, pending, value)
SELECT @series_id, @snapshot, w.time, w.stripe, w.counted, w.reused, w.absent, w.partial, w.failed, w.pending, w.value
FROM (
    SELECT unnest(@times::timestamptz[]) AS time, unnest(@stripes::integer[]) AS stripe, unnest(@counted::integer[]) AS counted,
        unnest(@reused::integer[]) AS reused, unnest(@absent::integer[]) AS absent, unnest(@partial::integer[]) AS partial,
        unnest(@failed::integer[]) AS failed, unnest(@pending::integer[]) AS pending, unnest(@vals::double precision[]) AS value
) AS w
ORDER BY w.time, w.stripe
ON CONFLICT (series_id, snapshot, time, stripe) DO UPDATE
SET counted = t.counted + EXCLUDED.counted, reused = t.reused + EXCLUDED.reused, absent = t.absent + EXCLUDED.absent,
    partial = t.partial + EXCLUDED.partial, failed = t.failed + EXCLUDED.failed, pending = t.pending + EXCLUDED.pending,
    value = t.value + EXCLUDED.value;

-- name: AddCaptureSums :exec
INSERT INTO capture_sums AS t (series_id, snapshot, time, capture, stripe, value)
SELECT @series_id, @snapshot, w.time, w.capture, w.stripe, w.value
FROM (
    SELECT unnest(@times::timestamptz[]) AS time, unnest(@captures::text[]) AS capture, unnest(@stripes::integer[]) AS stripe,
        unnest(@vals::double precision[]) AS value
) AS w
ORDER BY w.time, w.capture COLLATE "C", w.stripe
ON CONFLICT (series_id, snapshot, time, capture, stripe) DO UPDATE SET value = t.value + EXCLUDED.value;

-- name: DropChunks :exec
DELETE FROM sample_chunks WHERE series_id = @series_id AND chunk = @chunk;

-- name: DropCaptures :exec
DELETE FROM sample_captures WHERE series_id = @series_id AND chunk = @chunk;

-- name: DropSnapshotTallies :exec
DELETE FROM series_tallies WHERE series_id = @series_id AND snapshot AND time = @at;

-- name: DropSnapshotSums :exec
DELETE FROM capture_sums WHERE series_id = @series_id AND snapshot AND time = @at;

-- name: DropSlots :exec
DELETE FROM sample_slots WHERE series_id = @series_id AND chunk = @chunk;

-- The samples of each series by outcome, without snapshots: at one time or, if the parameter "at"
-- is NULL, at all times.
-- name: Completeness :many
SELECT d.series_id, coalesce(sum(t.counted), 0)::bigint AS counted, coalesce(sum(t.reused), 0)::bigint AS reused,
    coalesce(sum(t.absent), 0)::bigint AS absent, coalesce(sum(t.partial), 0)::bigint AS partial,
    coalesce(sum(t.failed), 0)::bigint AS failed, coalesce(sum(t.pending), 0)::bigint AS pending
FROM insight_series AS d
LEFT JOIN series_tallies AS t ON t.series_id = d.id AND NOT t.snapshot
    AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at'))
WHERE d.series_id = ANY (@series_ids::text[])
GROUP BY d.series_id;

-- The rows in a range of repositories that have any of the plan's times. They can also hold samples
-- of other plans.
-- name: OutcomesOfRange :many
SELECT c.repo_id, c.chunk, c.outcomes, c.plan, c.plans FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.repo_id BETWEEN @from_repo AND @through_repo
    AND c.chunk = ANY (ARRAY(SELECT DISTINCT t.chunk FROM plan_slots AS t WHERE t.series_id = @series_id AND t.plan = @plan))
ORDER BY c.repo_id, c.chunk;

-- Like OutcomesOfRange for all repositories, but counts equal rows. Most rows are equal, so the
-- result is small.
-- name: OutcomesOfPlan :many
SELECT c.outcomes, c.plan, c.plans, count(*) AS n FROM sample_chunks AS c
WHERE c.series_id = @series_id
    AND c.chunk = ANY (ARRAY(SELECT DISTINCT t.chunk FROM plan_slots AS t WHERE t.series_id = @series_id AND t.plan = @plan))
GROUP BY c.outcomes, c.plan, c.plans;

-- Newest time first, then by repository. The parameters after_time and after_repo are the time and
-- repository of the last row of the previous page. The parameter "letters" has the letters of the
-- wanted outcomes.
-- name: Samples :many
SELECT t.time, t.place, x.repository, sqlc.embed(c)
FROM (
    SELECT f.time, f.chunk, f.place FROM series_times AS f
    WHERE f.series_id = @series_id AND f.time <= coalesce(sqlc.narg('after_time')::timestamptz, 'infinity')
        AND (sqlc.narg('at')::timestamptz IS NULL OR f.time = sqlc.narg('at'))
) AS t
CROSS JOIN LATERAL (
    SELECT s.chunk, s.repo_id, r.name AS repository
    FROM sample_chunks AS s
    JOIN visible_repositories(@sees_all::boolean, @login::text) AS r ON r.id = s.repo_id
    WHERE s.series_id = @series_id AND s.chunk = t.chunk
        AND (sqlc.narg('after_time')::timestamptz IS NULL OR t.time < sqlc.narg('after_time') OR s.repo_id > @after_repo)
        AND substr(s.outcomes, t.place, 1) = ANY (@letters::text[])
        AND (@all_names::boolean OR s.repo_id IN (SELECT unnest(@repo_ids::integer[])))
    ORDER BY s.repo_id
    LIMIT @row_limit
) AS x
JOIN sample_chunks AS c ON c.series_id = @series_id AND c.chunk = x.chunk AND c.repo_id = x.repo_id
ORDER BY t.time DESC, x.repo_id
LIMIT @row_limit;

-- name: CountSamples :one
SELECT count(*)
FROM series_times AS t
JOIN sample_chunks AS c ON c.series_id = t.series_id AND c.chunk = t.chunk
JOIN visible_repositories(@sees_all::boolean, @login::text) AS r ON r.id = c.repo_id
WHERE t.series_id = @series_id
    AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at'))
    AND substr(c.outcomes, t.place, 1) = ANY (@letters::text[])
    AND (@all_names::boolean OR c.repo_id IN (SELECT unnest(@repo_ids::integer[])));

-- name: FailedReasons :many
SELECT f.outcome, f.reason_code, count(*) AS n, min(f.reason)::text AS example
FROM faulty_samples AS f
WHERE f.series_id = @series_id
    AND (@sees_all::boolean OR f.repo_id IN (SELECT v.id FROM visible_repositories(@sees_all, @login::text) AS v))
GROUP BY f.outcome, f.reason_code
ORDER BY n DESC, f.outcome, f.reason_code;

-- The captured values of some samples, one row for each value: all values, or only the chosen ones.
-- name: SampleValues :many
SELECT w.repo_id::integer AS repo_id, w.time::timestamptz AS time, v.capture, v.vals[t.place]::double precision AS value
FROM (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@times::timestamptz[]) AS time) AS w
JOIN series_times AS t ON t.series_id = @series_id AND t.time = w.time
JOIN sample_captures AS v ON v.series_id = t.series_id AND v.chunk = t.chunk AND v.repo_id = w.repo_id
WHERE v.vals[t.place] <> 0 AND (@all_values::boolean OR v.capture = ANY (@captures::text[]));

-- For each of the repositories, the newest sample that is exact and has a commit: one row for each
-- of its captured values or, if it has none, one row without a captured value. No row for a retry,
-- because a retry checks whether stored values are right.
-- name: Bases :many
SELECT w.repo_id::integer AS repo_id, s.commit_bytea, s.value, p.capture, coalesce(p.value, 0)::double precision AS capture_value
FROM unnest(@repo_ids::integer[]) AS w (repo_id)
CROSS JOIN LATERAL (
    SELECT x.time, x.commit_bytea, x.value FROM samples AS x
    WHERE x.series_id = @series_key AND x.repo_id = w.repo_id AND x.outcome IN ('counted', 'reused') AND x.commit_bytea IS NOT NULL
    ORDER BY x.time DESC
    LIMIT 1
) AS s
LEFT JOIN series_points AS p ON p.series_id = @series_id AND p.repo_id = w.repo_id AND p.time = s.time AND p.capture IS NOT NULL
WHERE NOT EXISTS (
    SELECT FROM series_plans AS b WHERE b.series_id = @series_key AND b.number = @plan AND b.selection IS NOT NULL)
ORDER BY w.repo_id;

-- The samples of a plan that were counted, partial or failed in a range of repositories, grouped by
-- outcome and reason code: the two largest groups. All searches failed for one reason if there is
-- exactly one row and its outcome is failed.
-- name: FailuresOfRange :many
SELECT s.outcome, s.reason_code, count(*) AS samples, count(DISTINCT s.repo_id) AS repositories, coalesce(min(s.reason), '')::text AS reason
FROM samples AS s
JOIN plan_slots AS t ON t.series_id = s.series_id AND t.plan = s.plan AND t.time = s.time
WHERE s.series_id = @series_id AND s.plan = @plan AND s.repo_id BETWEEN @first AND @last
    AND s.outcome IN ('counted', 'partial', 'failed')
GROUP BY s.outcome, s.reason_code
ORDER BY samples DESC
LIMIT 2;

-- Whether there are repositories, removed ones included, that the viewer may not see.
-- name: HidesSome :one
SELECT EXISTS (
    SELECT FROM repositories AS r
    WHERE r.id NOT IN (SELECT v.id FROM visible_repositories(@sees_all::boolean, @login::text) AS v))::boolean;

-- The rows of the repositories that the viewer may not see, without snapshots. Equal rows are
-- counted, because most are equal.
-- name: HiddenOutcomes :many
SELECT d.series_id, c.outcomes, count(*) AS n
FROM insight_series AS d
JOIN sample_chunks AS c ON c.series_id = d.id AND c.chunk >= 0
WHERE d.series_id = ANY (@series_ids::text[])
    AND c.repo_id = ANY (ARRAY(
        SELECT r.id FROM repositories AS r
        WHERE r.id NOT IN (SELECT v.id FROM visible_repositories(@sees_all::boolean, @login::text) AS v)))
GROUP BY d.series_id, c.outcomes;
