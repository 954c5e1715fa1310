-- name: AddView :one
INSERT INTO insight_view (unique_id, title, created_at) VALUES (@unique_id, @title, @created_at) RETURNING id;

-- A series that somebody has already is shared: the update changes nothing, it locks the row against being
-- deleted with its last view until this transaction has attached it to the new one.
-- name: AddSeries :one
INSERT INTO insight_series (series_id, query, definition_key, repositories, repository_criteria, generation_method, anchor,
    sample_interval_unit, sample_interval_value, recording_interval_days, points, zone, created_at, next_recording_after)
VALUES (@series_id, @query, @definition_key, @repositories, @repository_criteria, @generation_method, @anchor,
    @sample_interval_unit, @sample_interval_value, @recording_interval_days, @points, @zone, @created_at, @next_recording_after)
ON CONFLICT (definition_key) WHERE deleted_at IS NULL DO UPDATE SET definition_key = EXCLUDED.definition_key
RETURNING *;

-- name: AttachSeries :exec
INSERT INTO insight_view_series (insight_view_id, insight_series_id, position, label, stroke)
VALUES (@view_id, @series_id, @position, @label, @stroke);

-- Newest first.
-- name: Views :many
SELECT v.id, v.unique_id, v.title, v.created_at FROM insight_view AS v
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

-- name: DeleteView :one
UPDATE insight_view SET deleted_at = now() WHERE unique_id = @unique_id AND deleted_at IS NULL RETURNING id;

-- Locked before it is decided whether they are orphans, see AddSeries.
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

-- Deleted series too: their workflows read what they are while they end.
-- name: Series :one
SELECT * FROM insight_series WHERE series_id = @series_id;

-- The title and label are those of the oldest view that has the series.
-- name: SeriesToStart :many
SELECT sqlc.embed(s), coalesce(v.title, '')::text AS title, coalesce(v.label, '')::text AS label
FROM insight_series AS s
LEFT JOIN LATERAL (
    SELECT insight_view.title, vs.label
    FROM insight_view_series AS vs
    JOIN insight_view ON insight_view.id = vs.insight_view_id
    WHERE vs.insight_series_id = s.id AND insight_view.deleted_at IS NULL
    ORDER BY insight_view.id
    LIMIT 1
) AS v ON true
WHERE s.workflow_started_at IS NULL AND s.deleted_at IS NULL
ORDER BY s.id
LIMIT @row_limit;

-- name: SeriesToStop :many
SELECT series_id FROM insight_series
WHERE deleted_at IS NOT NULL AND workflow_stopped_at IS NULL
ORDER BY id
LIMIT @row_limit;

-- A start that was on its way when its series was deleted may come after the stop, which is then to be done again.
-- name: MarkSeriesStarted :execrows
UPDATE insight_series SET workflow_started_at = coalesce(workflow_started_at, now()), workflow_stopped_at = NULL WHERE series_id = @series_id;

-- name: MarkSeriesLost :execrows
UPDATE insight_series SET workflow_started_at = NULL WHERE series_id = @series_id AND deleted_at IS NULL;

-- name: MarkSeriesStopped :execrows
UPDATE insight_series SET workflow_stopped_at = coalesce(workflow_stopped_at, now()) WHERE series_id = @series_id;
