-- One row for each time of each series, times the captured values that occur at it, of all repositories: removed ones go on
-- counting. The times and the tallies are the ledger's, so that a time without values is there too.
-- name: Points :many
WITH tally AS (
    SELECT t.series_id, t.time, sum(t.counted)::bigint AS counted, sum(t.reused)::bigint AS reused, sum(t.absent)::bigint AS absent,
        sum(t.partial)::bigint AS partial, sum(t.failed)::bigint AS failed, sum(t.pending)::bigint AS pending, sum(t.value) AS value
    FROM series_tallies AS t
    WHERE t.series_id = ANY (ARRAY(SELECT d.id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids::text[])))
        AND t.time BETWEEN @from_time::timestamptz AND @to_time::timestamptz
    GROUP BY t.series_id, t.time
), sums AS (
    SELECT s.series_id, s.time, s.capture, sum(s.value) AS value
    FROM capture_sums AS s
    WHERE s.series_id = ANY (ARRAY(SELECT d.id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids)))
        AND s.time BETWEEN @from_time AND @to_time
    GROUP BY s.series_id, s.time, s.capture
    HAVING sum(s.value) <> 0
)
SELECT d.series_id, tally.time::timestamptz AS time, sums.capture,
    (CASE WHEN d.generated_from_capture_groups THEN coalesce(sums.value, 0) ELSE tally.value END)::double precision AS value,
    d.generated_from_capture_groups AS captured,
    tally.counted, tally.reused, tally.absent, tally.partial, tally.failed, tally.pending
FROM tally
JOIN insight_series AS d ON d.id = tally.series_id
LEFT JOIN sums ON sums.series_id = tally.series_id AND sums.time = tally.time
ORDER BY d.series_id, tally.time, sums.capture;

-- The repositories that a reader sees and asks for; unchosen is how many others there are.
-- name: ChosenRepositories :one
SELECT coalesce(array_agg(r.id ORDER BY r.id) FILTER (WHERE r.chosen), '{}')::integer[] AS ids, count(*) FILTER (WHERE NOT r.chosen) AS unchosen
FROM (
    SELECT id, (@include::text = '' OR name ~ @include) AND (@exclude::text = '' OR name !~ @exclude)
        AND (@sees_all::boolean OR NOT private OR id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text)) AS chosen
    FROM repositories
) AS r;

-- IS TRUE keeps the planner from making a join of it: it takes the ids for ten, and would compare each row with each of thousands. So they
-- are hashed, whatever the statistics say.
-- name: OutcomesAmong :many
SELECT c.series_id, c.chunk, c.outcomes, c.vals FROM sample_chunks AS c
WHERE c.series_id = ANY (@series_ids::integer[]) AND c.chunk = ANY (@chunks::integer[]) AND (c.repo_id IN (SELECT unnest(@repo_ids::integer[]))) IS TRUE;

-- name: OutcomesNotAmong :many
SELECT c.series_id, c.chunk, c.outcomes, c.vals FROM sample_chunks AS c
WHERE c.series_id = ANY (@series_ids::integer[]) AND c.chunk = ANY (@chunks::integer[]) AND c.repo_id NOT IN (SELECT unnest(@repo_ids::integer[]));

-- name: CapturesAmong :many
SELECT v.series_id, v.chunk, v.capture, v.vals FROM sample_captures AS v
WHERE v.series_id = ANY (@series_ids::integer[]) AND v.chunk = ANY (@chunks::integer[]) AND (v.repo_id IN (SELECT unnest(@repo_ids::integer[]))) IS TRUE;

-- name: CapturesNotAmong :many
SELECT v.series_id, v.chunk, v.capture, v.vals FROM sample_captures AS v
WHERE v.series_id = ANY (@series_ids::integer[]) AND v.chunk = ANY (@chunks::integer[]) AND v.repo_id NOT IN (SELECT unnest(@repo_ids::integer[]));
