-- name: Completeness :many
SELECT t.series_id, sum(t.counted)::bigint AS counted, sum(t.reused)::bigint AS reused, sum(t.absent)::bigint AS absent,
    sum(t.partial)::bigint AS partial, sum(t.failed)::bigint AS failed, sum(t.pending)::bigint AS pending
FROM series_tallies AS t
WHERE t.series_id = ANY (@series_ids::integer[])
GROUP BY t.series_id;

-- The outcomes of a plan's samples in a range of repositories: rows that have any of the plan's times.
-- name: OutcomesOfRange :many
SELECT c.repo_id, c.chunk, c.outcomes, c.generation, c.generations FROM sample_chunks AS c
WHERE c.series_id = @series_id AND c.repo_id BETWEEN @from_repo AND @through_repo
    AND c.chunk = ANY (ARRAY(
        SELECT DISTINCT t.chunk
        FROM insight_series_backfill AS b
        JOIN series_times AS t ON t.series_id = b.series_id AND t.time = ANY (b.times)
        WHERE b.series_id = @series_id AND b.generation = @generation))
ORDER BY c.repo_id, c.chunk;

-- The same of all repositories; most of them are alike.
-- name: OutcomesOfGeneration :many
SELECT c.outcomes, c.generation, c.generations, count(*) AS n FROM sample_chunks AS c
WHERE c.series_id = @series_id
    AND c.chunk = ANY (ARRAY(
        SELECT DISTINCT t.chunk
        FROM insight_series_backfill AS b
        JOIN series_times AS t ON t.series_id = b.series_id AND t.time = ANY (b.times)
        WHERE b.series_id = @series_id AND b.generation = @generation))
GROUP BY c.outcomes, c.generation, c.generations;

-- Newest time first, then by repository; after_time and after_repo are those of the last row of the page before. letters are
-- those of the outcomes.
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
    JOIN repositories AS r ON r.id = s.repo_id
    WHERE s.series_id = @series_id AND s.chunk = t.chunk
        AND (sqlc.narg('after_time')::timestamptz IS NULL OR t.time < sqlc.narg('after_time') OR s.repo_id > @after_repo)
        AND substr(s.outcomes, t.place, 1) = ANY (@letters::text[])
        AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
        AND (@sees_all::boolean OR NOT r.private OR r.id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text))
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
JOIN repositories AS r ON r.id = c.repo_id
WHERE t.series_id = @series_id
    AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at'))
    AND substr(c.outcomes, t.place, 1) = ANY (@letters::text[])
    AND (@repo_pattern::text = '' OR r.name ~ @repo_pattern)
    AND (@sees_all::boolean OR NOT r.private OR r.id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text));

-- The same where every repository counts.
-- name: CountAllSamples :one
SELECT sum(t.counted)::bigint AS counted, sum(t.reused)::bigint AS reused, sum(t.absent)::bigint AS absent,
    sum(t.partial)::bigint AS partial, sum(t.failed)::bigint AS failed, sum(t.pending)::bigint AS pending
FROM series_tallies AS t
WHERE t.series_id = @series_id AND (sqlc.narg('at')::timestamptz IS NULL OR t.time = sqlc.narg('at'))
HAVING count(*) > 0;

-- name: FailedReasons :many
SELECT f.outcome::text AS outcome, f.reason_class::text AS reason_class, count(*) AS n, min(f.reason)::text AS example
FROM (
    SELECT CASE substr(c.outcomes, t.place, 1) WHEN 'i' THEN 'partial' ELSE 'failed' END AS outcome,
        CASE WHEN t.place <= length(c.reason_of) THEN coalesce(c.reason_classes[get_byte(c.reason_of, t.place - 1)], '') ELSE '' END AS reason_class,
        CASE WHEN t.place <= length(c.reason_of) THEN coalesce(c.reasons[get_byte(c.reason_of, t.place - 1)], '') ELSE '' END AS reason
    FROM sample_chunks AS c
    JOIN series_times AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
    WHERE c.series_id = @series_id AND c.faulty > 0 AND substr(c.outcomes, t.place, 1) IN ('i', 'f')
        AND (@sees_all::boolean OR EXISTS (SELECT FROM repositories AS r WHERE r.id = c.repo_id
            AND (NOT r.private OR r.id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text))))
) AS f
GROUP BY f.outcome, f.reason_class
ORDER BY n DESC, f.outcome, f.reason_class;

-- The values of some samples, or those of them that are chosen, one row each.
-- name: SampleValues :many
SELECT w.repo_id::integer AS repo_id, w.time::timestamptz AS time, v.capture, v.vals[t.place]::double precision AS value
FROM (SELECT unnest(@repo_ids::integer[]) AS repo_id, unnest(@times::timestamptz[]) AS time) AS w
JOIN series_times AS t ON t.series_id = @series_id AND t.time = w.time
JOIN sample_captures AS v ON v.series_id = t.series_id AND v.chunk = t.chunk AND v.repo_id = w.repo_id
WHERE v.vals[t.place] <> 0 AND (@all_values::boolean OR v.capture = ANY (@captures::text[]));
