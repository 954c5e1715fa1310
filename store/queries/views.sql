-- Insight views.

-- name: AddView :one
INSERT INTO insight_view (unique_id, title, owner, created_at) VALUES (@unique_id, @title, @owner, @created_at) RETURNING id;

-- name: AttachSeries :exec
INSERT INTO insight_view_series (insight_view_id, insight_series_id, position, label, stroke)
VALUES (@view_id, @series_id, @position, @label, @stroke);

-- Newest first.
-- name: Views :many
SELECT v.id, v.unique_id, v.title, v.owner, v.created_at FROM insight_view AS v
WHERE v.deleted_at IS NULL
    AND (@unique_id::text = '' OR v.unique_id = @unique_id)
    AND (@after::text = '' OR v.id < (SELECT a.id FROM insight_view AS a WHERE a.unique_id = @after))
    AND (@find::text = '' OR v.title ILIKE @find OR EXISTS (
        SELECT FROM insight_view_series AS vs WHERE vs.insight_view_id = v.id AND vs.label ILIKE @find))
ORDER BY v.id DESC
LIMIT @row_limit;

-- name: CountViews :one
SELECT count(*) FROM insight_view AS v
WHERE v.deleted_at IS NULL
    AND (@unique_id::text = '' OR v.unique_id = @unique_id)
    AND (@find::text = '' OR v.title ILIKE @find OR EXISTS (
        SELECT FROM insight_view_series AS vs WHERE vs.insight_view_id = v.id AND vs.label ILIKE @find));

-- name: SeriesOfViews :many
SELECT sqlc.embed(s), vs.insight_view_id, vs.label, vs.stroke
FROM insight_view_series AS vs
JOIN insight_series AS s ON s.id = vs.insight_series_id
WHERE vs.insight_view_id = ANY (@view_ids::integer[])
ORDER BY vs.insight_view_id, vs.position;

-- name: ViewOwner :one
SELECT v.owner FROM insight_view AS v WHERE v.unique_id = @unique_id AND v.deleted_at IS NULL;

-- The owners of the views that have the series. A deleted series has none.
-- name: SeriesOwners :one
SELECT coalesce(array_agg(v.owner) FILTER (WHERE v.deleted_at IS NULL), '{}')::text[] AS owners
FROM insight_series AS s
LEFT JOIN insight_view_series AS vs ON vs.insight_series_id = s.id
LEFT JOIN insight_view AS v ON v.id = vs.insight_view_id
WHERE s.series_id = @series_id
GROUP BY s.id;

-- name: DeleteView :one
UPDATE insight_view SET deleted_at = now() WHERE unique_id = @unique_id AND deleted_at IS NULL RETURNING id;

-- The rows are locked before DeleteOrphanSeries decides which of these series have no view left;
-- see AddSeries.
-- name: LockSeriesOfView :many
SELECT s.id FROM insight_series AS s
WHERE s.id IN (SELECT vs.insight_series_id FROM insight_view_series AS vs WHERE vs.insight_view_id = @view_id)
ORDER BY s.id
FOR UPDATE;

-- name: DeleteOrphanSeries :exec
UPDATE insight_series AS s SET deleted_at = now()
WHERE s.id = ANY (@series_ids::integer[]) AND s.deleted_at IS NULL AND NOT EXISTS (
    SELECT FROM insight_view_series AS vs
    JOIN insight_view AS v ON v.id = vs.insight_view_id
    WHERE vs.insight_series_id = s.id AND v.deleted_at IS NULL);
