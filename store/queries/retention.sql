-- How many sample times are shown on charts, and the pruning of what was deleted.

-- For a page of series, archives the sample times that charts must no longer show, and restores
-- archived ones that charts must show again.
-- name: KeepNewest :one
WITH page AS MATERIALIZED (
    SELECT d.id, shown_points(d.retention_points, d.points, @setting::integer) AS most
    FROM insight_series AS d
    WHERE d.id > @after AND d.deleted_at IS NULL AND (@chosen::text = '' OR d.series_id = @chosen)
    ORDER BY d.id
    LIMIT @row_limit
), ranked AS MATERIALIZED (
    SELECT t.id, t.most, t.time, row_number() OVER (PARTITION BY t.id ORDER BY t.time DESC) AS place
    FROM (
        SELECT page.id, page.most, p.time
        FROM page
        JOIN series_times AS p ON p.series_id = page.id
    ) AS t
), restored AS (
    DELETE FROM archived_insight_series_recording_times AS a
    USING ranked AS r
    WHERE a.insight_series_id = r.id AND a.recording_time = r.time AND (r.most = 0 OR r.place <= r.most)
    RETURNING a.insight_series_id
), archived AS (
    INSERT INTO archived_insight_series_recording_times (insight_series_id, recording_time)
    SELECT r.id, r.time FROM ranked AS r WHERE r.most > 0 AND r.place > r.most
    ON CONFLICT DO NOTHING
    RETURNING insight_series_id
)
SELECT (SELECT count(*) FROM page) AS series, (SELECT coalesce(max(page.id), 0) FROM page)::integer AS last,
    (SELECT count(*) FROM archived) AS archived, (SELECT count(*) FROM restored) AS restored;

-- name: ArchivedTimes :many
SELECT d.series_id, a.recording_time::timestamptz AS time
FROM insight_series AS d
JOIN archived_insight_series_recording_times AS a ON a.insight_series_id = d.id
WHERE d.series_id = ANY (@series_ids::text[])
ORDER BY d.series_id, a.recording_time;

-- name: SetRetention :execrows
UPDATE insight_series SET retention_points = sqlc.narg('points') WHERE series_id = @series_id AND deleted_at IS NULL;

-- name: Retention :one
SELECT d.retention_points AS own, shown_points(d.retention_points, d.points, @setting::integer)::integer AS points,
    (SELECT count(*) FROM archived_insight_series_recording_times AS a WHERE a.insight_series_id = d.id) AS archived
FROM insight_series AS d
WHERE d.series_id = @series_id;

-- Deletes the views that were marked as deleted before the given time, with their links to series.
-- name: PruneViews :execrows
DELETE FROM insight_view WHERE deleted_at < @before::timestamptz;

-- Series that were deleted before the given time, whose workflows have been stopped, and that no
-- view has.
-- name: PrunableSeries :many
SELECT d.id, d.series_id FROM insight_series AS d
WHERE d.deleted_at < @before::timestamptz AND d.workflow_stopped_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM insight_view_series AS vs WHERE vs.insight_series_id = d.id)
ORDER BY d.id
LIMIT @row_limit;

-- name: PruneChunks :execrows
DELETE FROM sample_chunks AS c
USING (SELECT x.chunk, x.repo_id FROM sample_chunks AS x WHERE x.series_id = @series_key ORDER BY x.chunk, x.repo_id LIMIT @row_limit) AS n
WHERE c.series_id = @series_key AND c.chunk = n.chunk AND c.repo_id = n.repo_id;

-- name: PruneCaptures :execrows
DELETE FROM sample_captures AS c
USING (SELECT x.chunk, x.repo_id, x.capture FROM sample_captures AS x WHERE x.series_id = @series_key ORDER BY x.chunk, x.repo_id, x.capture LIMIT @row_limit) AS n
WHERE c.series_id = @series_key AND c.chunk = n.chunk AND c.repo_id = n.repo_id AND c.capture = n.capture;

-- name: PruneCaptureSums :execrows
DELETE FROM capture_sums AS c
USING (SELECT x.snapshot, x.time, x.capture, x.stripe FROM capture_sums AS x WHERE x.series_id = @series_key ORDER BY x.snapshot, x.time, x.capture, x.stripe LIMIT @row_limit) AS n
WHERE c.series_id = @series_key AND c.snapshot = n.snapshot AND c.time = n.time AND c.capture = n.capture AND c.stripe = n.stripe;

-- At most 16 rows for each time.
-- name: PruneTallies :exec
DELETE FROM series_tallies WHERE series_id = @series_key;

-- name: PruneSlots :exec
DELETE FROM sample_slots WHERE series_id = @series_key;

-- name: PruneNotices :exec
DELETE FROM insight_dirty_queries WHERE insight_series_id = @series_key::integer;

-- name: PrunePlans :exec
DELETE FROM series_plans WHERE series_id = @series_key;

-- name: PruneSeriesRow :exec
DELETE FROM insight_series WHERE id = @series_key;

-- Repositories that were removed before the given time and still have a commit index.
-- name: PrunableRepositories :many
SELECT r.id FROM repositories AS r
JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.deleted_at < @before::timestamptz
ORDER BY r.id
LIMIT @row_limit;

-- name: PruneCommitIndex :execrows
DELETE FROM commit_index AS c
WHERE c.repo_id = @repo_id AND c.seq IN (SELECT x.seq FROM commit_index AS x WHERE x.repo_id = @repo_id ORDER BY x.seq LIMIT @row_limit);

-- name: PruneCommitIndexMetadata :exec
DELETE FROM commit_index_metadata WHERE repo_id = @repo_id;
