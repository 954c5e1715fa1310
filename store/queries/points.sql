-- One row for each time of each series, times the captured values that occur at it. The times and the tallies come from
-- the ledger, so that a time without values is there too. A removed repository goes on counting.
-- name: Points :many
WITH chosen AS MATERIALIZED (
    SELECT id FROM repositories
    WHERE (@filtered::boolean)
        AND (@include::text = '' OR name ~ @include)
        AND (@exclude::text = '' OR name !~ @exclude)
), tally AS (
    SELECT s.series_id, s.time,
        count(*) FILTER (WHERE s.outcome = 'counted') AS counted,
        count(*) FILTER (WHERE s.outcome = 'reused') AS reused,
        count(*) FILTER (WHERE s.outcome = 'absent') AS absent,
        count(*) FILTER (WHERE s.outcome = 'partial') AS partial,
        count(*) FILTER (WHERE s.outcome = 'failed') AS failed,
        count(*) FILTER (WHERE s.outcome = 'pending') AS pending
    FROM samples AS s
    -- An array and not a join: the planner then knows that a series has many samples and few times, and does not sort them.
    WHERE s.series_id = ANY (ARRAY(SELECT d.id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids::text[])))
        AND s.time BETWEEN @from_time::timestamptz AND @to_time::timestamptz
        AND (NOT @filtered OR s.repo_id IN (SELECT id FROM chosen))
    GROUP BY s.series_id, s.time
), sums AS (
    SELECT p.series_id, p.time, p.capture, sum(p.value) AS value
    FROM series_points AS p
    WHERE p.series_id = ANY (@series_ids)
        AND p.time BETWEEN @from_time AND @to_time
        AND (NOT @filtered OR p.repo_id IN (SELECT id FROM chosen))
    GROUP BY p.series_id, p.time, p.capture
)
SELECT d.series_id, tally.time::timestamptz AS time, sums.capture, coalesce(sums.value, 0)::double precision AS value,
    d.generated_from_capture_groups AS captured,
    tally.counted, tally.reused, tally.absent, tally.partial, tally.failed, tally.pending
FROM tally
JOIN insight_series AS d ON d.id = tally.series_id
LEFT JOIN sums ON sums.series_id = d.series_id AND sums.time = tally.time
ORDER BY d.series_id, tally.time, sums.capture;
