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
        AND (@all_values::boolean OR (s.series_id, s.capture) IN (SELECT unnest(@value_series::integer[]), unnest(@chosen_values::text[])))
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

-- The captured values that a chart is to show of each series, the first in order first, and how many there are. What they are ordered by is the
-- largest sum at any of the times shown, or when they first occur; sign is -1 for the other way round. samples is how many of the newest
-- times are shown, 0 for all. The snapshot is the one of SnapshotPoints.
-- name: ChartValues :many
WITH wanted AS MATERIALIZED (
    SELECT d.id, d.series_id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids::text[]) AND d.generated_from_capture_groups
), snapshot AS MATERIALIZED (
    SELECT DISTINCT ON (d.id) d.id, d.series_id, b.times[1] AS time
    FROM wanted AS d
    JOIN insight_series_backfill AS b ON b.series_id = d.id AND b.kind = 'snapshot' AND b.completed_at IS NOT NULL
    WHERE b.times[1] BETWEEN @from_time::timestamptz AND @to_time::timestamptz
        AND NOT EXISTS (SELECT FROM insight_series_backfill AS r WHERE r.series_id = d.id AND r.kind = 'recording' AND b.times[1] <= ANY (r.times))
    ORDER BY d.id, b.generation DESC
), times AS MATERIALIZED (
    SELECT t.id, t.time
    FROM (
        SELECT l.id, l.time, row_number() OVER (PARTITION BY l.id ORDER BY l.time DESC) AS place
        FROM (
            SELECT DISTINCT s.series_id AS id, s.time
            FROM series_tallies AS s
            WHERE s.series_id IN (SELECT wanted.id FROM wanted) AND s.time BETWEEN @from_time AND @to_time
                AND NOT EXISTS (SELECT FROM archived_insight_series_recording_times AS a WHERE a.insight_series_id = s.series_id AND a.recording_time = s.time)
            UNION ALL
            SELECT snapshot.id, snapshot.time FROM snapshot
        ) AS l
    ) AS t
    WHERE @samples::integer = 0 OR t.place <= @samples
), sums AS (
    SELECT s.series_id AS id, s.time, s.capture, sum(s.value) AS value
    FROM capture_sums AS s
    JOIN times ON times.id = s.series_id AND times.time = s.time
    GROUP BY s.series_id, s.time, s.capture
    HAVING sum(s.value) <> 0
    UNION ALL
    SELECT snapshot.id, p.time, p.capture, sum(p.value)
    FROM snapshot
    JOIN times ON times.id = snapshot.id AND times.time = snapshot.time
    JOIN series_points_snapshots AS p ON p.series_id = snapshot.series_id AND p.time = snapshot.time
    WHERE p.capture IS NOT NULL
    GROUP BY snapshot.id, p.time, p.capture
), ranked AS (
    SELECT v.id, v.capture, count(*) OVER (PARTITION BY v.id) AS total,
        row_number() OVER (PARTITION BY v.id ORDER BY v.key * @sign::double precision, v.capture COLLATE "C") AS place
    FROM (
        SELECT sums.id, sums.capture,
            CASE WHEN @by_time::boolean THEN extract(epoch FROM min(sums.time))::double precision ELSE max(sums.value) END AS key
        FROM sums
        GROUP BY sums.id, sums.capture
    ) AS v
)
SELECT wanted.id, wanted.series_id, ranked.capture::text AS capture, ranked.total
FROM ranked
JOIN wanted ON wanted.id = ranked.id
WHERE @most::integer = 0 OR ranked.place <= @most
ORDER BY wanted.series_id, ranked.place;

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
