-- What charts show: sums over repositories, by sample time.

-- One row for each series, sample time and captured value that occurs at that time, summed over all
-- repositories, including removed ones. A time without captured values has one row.
-- name: Points :many
WITH tally AS (
    SELECT t.series_id, t.snapshot, t.time, sum(t.counted)::bigint AS counted, sum(t.reused)::bigint AS reused, sum(t.absent)::bigint AS absent,
        sum(t.partial)::bigint AS partial, sum(t.failed)::bigint AS failed, sum(t.pending)::bigint AS pending, sum(t.value) AS value
    FROM chart_slots AS c
    JOIN series_tallies AS t ON t.series_id = c.series_id AND t.snapshot = c.snapshot AND t.time = c.time
    WHERE c.series_id = ANY (ARRAY(SELECT d.id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids::text[])))
        AND c.time BETWEEN @from_time::timestamptz AND @to_time::timestamptz
    GROUP BY t.series_id, t.snapshot, t.time
), sums AS (
    SELECT s.series_id, s.snapshot, s.time, s.capture, sum(s.value) AS value
    FROM capture_sums AS s
    WHERE s.series_id = ANY (ARRAY(SELECT d.id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids)))
        -- Both values of this column: without them, the index cannot find the times.
        AND s.snapshot = ANY ('{f,t}'::boolean[]) AND s.time BETWEEN @from_time AND @to_time
        AND (@all_values::boolean OR (s.series_id, s.capture) IN (SELECT unnest(@value_series::integer[]), unnest(@chosen_values::text[])))
    GROUP BY s.series_id, s.snapshot, s.time, s.capture
    HAVING sum(s.value) <> 0
)
SELECT d.series_id, tally.time::timestamptz AS time, tally.snapshot, sums.capture,
    (CASE WHEN d.generated_from_capture_groups THEN coalesce(sums.value, 0) ELSE tally.value END)::double precision AS value,
    d.generated_from_capture_groups AS captured,
    tally.counted, tally.reused, tally.absent, tally.partial, tally.failed, tally.pending
FROM tally
JOIN insight_series AS d ON d.id = tally.series_id
LEFT JOIN sums ON sums.series_id = tally.series_id AND sums.snapshot = tally.snapshot AND sums.time = tally.time
ORDER BY d.series_id, tally.time, sums.capture;

-- The captured values that occur at times which the chart of a series can show, in no order. A sum
-- is never negative, so a value occurs if one of the rows that have parts of its sum is not 0.
-- name: CaptureLabels :many
SELECT DISTINCT s.capture FROM capture_sums AS s
WHERE s.series_id = @series_id AND s.time BETWEEN @from_time::timestamptz AND @to_time::timestamptz AND s.value <> 0
    AND (NOT s.snapshot OR s.time IN (SELECT c.time FROM chart_slots AS c WHERE c.series_id = @series_id AND c.snapshot));

-- For each series, the captured values that its chart shows, in the requested order, and the total
-- number of values. The values are ordered by their largest sum at any of the times shown or, if
-- the parameter "by_time" is true, by the time at which they first occur. The order is ascending if
-- the parameter "sign" is 1, and descending if it is -1. The parameter "samples" is how many of the
-- newest times are shown, and "most" is how many values are returned for each series; 0 means all.
-- name: ChartValues :many
WITH wanted AS MATERIALIZED (
    SELECT d.id, d.series_id FROM insight_series AS d WHERE d.series_id = ANY (@series_ids::text[]) AND d.generated_from_capture_groups
), times AS MATERIALIZED (
    SELECT t.id, t.snapshot, t.time
    FROM (
        SELECT c.series_id AS id, c.snapshot, c.time, row_number() OVER (PARTITION BY c.series_id ORDER BY c.time DESC) AS place
        FROM chart_slots AS c
        WHERE c.series_id IN (SELECT wanted.id FROM wanted) AND c.time BETWEEN @from_time::timestamptz AND @to_time::timestamptz
            AND NOT EXISTS (SELECT FROM archived_insight_series_recording_times AS a WHERE a.insight_series_id = c.series_id AND a.recording_time = c.time)
    ) AS t
    WHERE @samples::integer = 0 OR t.place <= @samples
), sums AS (
    SELECT s.series_id AS id, s.time, s.capture, sum(s.value) AS value
    FROM capture_sums AS s
    JOIN times ON times.id = s.series_id AND times.snapshot = s.snapshot AND times.time = s.time
    GROUP BY s.series_id, s.time, s.capture
    HAVING sum(s.value) <> 0
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

-- The slots that charts of some series can show.
-- name: ChartSlots :many
SELECT d.id, d.series_id, d.generated_from_capture_groups AS captured, t.time, t.chunk, t.place
FROM insight_series AS d
JOIN chart_slots AS t ON t.series_id = d.id
WHERE d.series_id = ANY (@series_ids::text[]) AND t.time BETWEEN @from_time::timestamptz AND @to_time::timestamptz
ORDER BY d.id, t.time;

-- Rows of the repositories in repo_ids if the parameter "given" is true, and of all other
-- repositories if it is false. The comparison with this parameter prevents a join. The planner
-- estimates that there are ten ids, and the nested loop of a join would compare each row with each
-- of thousands of ids. With the comparison, Postgres hashes the ids, whatever the statistics say.
-- name: OutcomesAmong :many
SELECT c.series_id, c.chunk, c.outcomes, c.vals FROM sample_chunks AS c
WHERE c.series_id = ANY (@series_ids::integer[]) AND c.chunk = ANY (@chunks::integer[])
    AND (c.repo_id IN (SELECT unnest(@repo_ids::integer[]))) = @given::boolean;

-- name: CapturesAmong :many
SELECT v.series_id, v.chunk, v.capture, v.vals FROM sample_captures AS v
WHERE v.series_id = ANY (@series_ids::integer[]) AND v.chunk = ANY (@chunks::integer[])
    AND (v.repo_id IN (SELECT unnest(@repo_ids::integer[]))) = @given::boolean;
