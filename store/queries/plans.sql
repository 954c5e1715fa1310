-- Plans of series.

-- Serializes everything that adds or completes plans, or adds rows to the ledger of a series.
-- Callers must take this lock before all others.
-- name: LockSeries :exec
SELECT FROM insight_series WHERE id = @id FOR NO KEY UPDATE;

-- The plan that an earlier attempt began: an open one of the same kind, times and selection. For a
-- snapshot, a complete plan of the same time is found too. Without times, as for a retry, times are
-- not compared.
-- name: FindPlan :many
SELECT number FROM series_plans
WHERE series_id = @series_id AND kind = @kind
    AND (times = @times::timestamptz[] OR cardinality(@times) = 0)
    AND selection IS NOT DISTINCT FROM sqlc.narg('selection')::text
    AND (completed_at IS NULL OR NOT permanent)
ORDER BY number
LIMIT 1;

-- name: AddPlan :one
INSERT INTO series_plans (series_id, number, kind, times, selection, note)
SELECT @series_id, coalesce(max(p.number), 0) + 1, @kind, @times::timestamptz[], sqlc.narg('selection')::text, nullif(@note::text, '')
FROM series_plans AS p
WHERE p.series_id = @series_id
RETURNING number;

-- Takes the lock of LockSeries, and then that of the plan. The second lock makes Postgres read the
-- plan as it is after the wait for the first.
-- name: LockPlan :one
SELECT p.kind, p.times, p.selection, p.planned_through, p.planned_at, p.completed_at
FROM insight_series AS d
JOIN series_plans AS p ON p.series_id = d.id
WHERE p.series_id = @series_id AND p.number = @number
FOR NO KEY UPDATE OF d FOR UPDATE OF p;

-- name: PlannedThrough :one
SELECT planned_through FROM series_plans WHERE series_id = @series_id AND number = @number;

-- name: AdvancePlan :exec
UPDATE series_plans
SET planned_through = @planned_through, planned_at = CASE WHEN @done::boolean THEN now() ELSE planned_at END
WHERE series_id = @series_id AND number = @number;

-- name: CompletePlan :exec
UPDATE series_plans SET completed_at = @at::timestamptz
WHERE series_id = @series_id AND number = @number AND completed_at IS NULL;

-- name: IsPermanent :one
SELECT coalesce((SELECT permanent FROM series_plans WHERE series_id = @series_id AND number = @number), true)::boolean;

-- Newest first, without snapshots.
-- name: SeriesPlans :many
SELECT number, kind, times, coalesce(note, '')::text AS note, created_at, completed_at
FROM series_plans
WHERE series_id = @series_id AND permanent
ORDER BY number DESC
LIMIT @row_limit;

-- The commits of some repositories at the times, which must be sorted. Times are numbered from 1. A
-- row says that the repository is at commit_bytea (NULL: at no commit) at the times with the
-- numbers n for which above < n <= through. The recursion starts with a row for each indexed
-- repository: its column "above" is the number of the newest time for which the index is complete,
-- and its column "through" is NULL. The statement looks up each commit once, however many times are
-- at that commit.
-- name: ResolveCommits :many
WITH RECURSIVE steps AS (
    SELECT m.repo_id, width_bucket(m.last_indexed_at, @times::timestamptz[]) AS above, NULL::integer AS through, NULL::bytea AS commit_bytea
    FROM unnest(@repo_ids::integer[]) AS w (repo_id)
    JOIN commit_index_metadata AS m ON m.repo_id = w.repo_id
    UNION ALL
    SELECT s.repo_id, coalesce(width_bucket(i.committed_at - interval '1 microsecond', @times), 0), s.above, i.commit_bytea
    FROM steps AS s
    LEFT JOIN LATERAL (
        SELECT x.commit_bytea, x.committed_at FROM commit_index AS x
        WHERE x.repo_id = s.repo_id AND NOT x.hidden AND x.committed_at <= (@times)[s.above]
        ORDER BY x.committed_at DESC
        LIMIT 1
    ) AS i ON true
    WHERE s.above > 0
)
SELECT repo_id, above, through, commit_bytea FROM steps WHERE through IS NOT NULL;

-- Rows with pending samples, in the chunks that have the plan's times, by repository. The samples
-- can belong to other plans.
-- name: PendingWork :many
SELECT r.name, r.size_bytes, sqlc.embed(c)
FROM sample_chunks AS c
JOIN repositories AS r ON r.id = c.repo_id
WHERE c.series_id = @series_id AND c.pending > 0 AND c.repo_id > @after
    AND c.chunk = ANY (ARRAY(SELECT DISTINCT t.chunk FROM plan_slots AS t WHERE t.series_id = @series_id AND t.plan = @plan))
ORDER BY c.repo_id, c.chunk
LIMIT @row_limit;

-- name: HasPending :one
SELECT EXISTS (
    SELECT FROM sample_chunks AS c
    JOIN plan_slots AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
    WHERE c.series_id = @series_id AND t.plan = @plan AND c.pending > 0
        AND substr(c.outcomes, t.place, 1) = 'p' AND coalesce(c.plans[t.place], c.plan) = @plan);

-- The times at which a retry selects a sample. Samples of removed repositories stay as they are.
-- The parameter "letters" has the letters of the selected outcomes. The parameter "faulty" is true
-- when these outcomes are only partial and failed, so that the index of faulty rows suffices.
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
    AND r.deleted_at IS NULL AND (@all_names::boolean OR r.id IN (SELECT unnest(@repo_ids::integer[])))
ORDER BY t.time;

-- The next repositories in which a retry selects a sample. The parameter "faulty" is as in
-- RetryTimes. If it is false, most repositories probably have such a sample, so the statement goes
-- through the repositories and stops at the limit.
-- name: RetryRepositories :many
(SELECT DISTINCT c.repo_id
FROM sample_chunks AS c
JOIN repositories AS r ON r.id = c.repo_id
JOIN series_times AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
WHERE @faulty::boolean AND c.series_id = @series_id AND c.repo_id > @after AND c.faulty > 0
    AND substr(c.outcomes, t.place, 1) = ANY (@letters::text[])
    AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at'))
    AND r.deleted_at IS NULL AND (@all_names::boolean OR r.id IN (SELECT unnest(@repo_ids::integer[])))
ORDER BY c.repo_id
LIMIT @row_limit)
UNION ALL
(SELECT r.id
FROM repositories AS r
WHERE NOT @faulty AND r.id > @after AND r.deleted_at IS NULL AND (@all_names OR r.id IN (SELECT unnest(@repo_ids)))
    AND EXISTS (
        SELECT FROM series_times AS t
        JOIN sample_chunks AS c ON c.series_id = t.series_id AND c.chunk = t.chunk AND c.repo_id = r.id
        WHERE t.series_id = @series_id AND substr(c.outcomes, t.place, 1) = ANY (@letters)
            AND (sqlc.narg('at') IS NULL OR t.time = sqlc.narg('at')))
ORDER BY r.id
LIMIT @row_limit);

-- The times of all plans of the given kinds that are written in full.
-- name: PlannedTimes :many
SELECT DISTINCT t.time::timestamptz AS time
FROM series_plans AS p
CROSS JOIN LATERAL unnest(p.times) AS t (time)
WHERE p.series_id = @series_id AND p.kind = ANY (@kinds::text[]) AND p.planned_at IS NOT NULL
ORDER BY t.time;

-- Repositories that have a sample at every one of the times.
-- name: WholeRepositories :many
SELECT s.repo_id FROM samples AS s
WHERE s.series_id = @series_id AND s.time = ANY (@times::timestamptz[])
GROUP BY s.repo_id
HAVING count(*) >= cardinality(@times);

-- The snapshots of a series before the given one: all of them, or only those that are not complete.
-- name: OldSnapshots :many
SELECT number, times[1]::timestamptz AS time FROM series_plans
WHERE series_id = @series_id AND NOT permanent AND number < @number AND (@complete_too::boolean OR completed_at IS NULL);

-- name: DropPlan :exec
DELETE FROM series_plans WHERE series_id = @series_id AND number = @number;
