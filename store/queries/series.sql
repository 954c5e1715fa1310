-- Series: what is computed, and the outbox of its workflow.

-- name: SeriesKey :one
SELECT id FROM insight_series WHERE series_id = @series_id;

-- Includes deleted series: a workflow still reads its series after the series was deleted.
-- name: Series :one
SELECT * FROM insight_series WHERE series_id = @series_id;

-- A series with the same definition key is shared. In that case the update changes nothing. It
-- locks the row, so that no other transaction deletes the series with its last view before this
-- transaction has attached the series to a new view.
-- name: AddSeries :one
INSERT INTO insight_series (series_id, query, definition_key, repositories, repository_criteria, generation_method, anchor,
    sample_interval_unit, sample_interval_value, recording_interval_days, points, zone, created_at, next_recording_after)
VALUES (@series_id, @query, @definition_key, @repositories, @repository_criteria, @generation_method, @anchor,
    @sample_interval_unit, @sample_interval_value, @recording_interval_days, @points, @zone, @created_at, @next_recording_after)
ON CONFLICT (definition_key) WHERE deleted_at IS NULL DO UPDATE SET definition_key = EXCLUDED.definition_key
RETURNING *;

-- name: ExtendSeries :exec
UPDATE insight_series SET points = @points, definition_key = @definition_key WHERE id = @id;

-- name: MarkBackfillQueued :exec
UPDATE insight_series SET backfill_queued_at = now() WHERE id = @id AND backfill_queued_at IS NULL;

-- name: CompleteBackfill :exec
UPDATE insight_series SET backfill_completed_at = @at::timestamptz WHERE id = @series_id AND backfill_completed_at IS NULL;

-- name: CompleteRecording :exec
UPDATE insight_series
SET next_recording_after = greatest(next_recording_after, @next::timestamptz)
WHERE id = @id;

-- name: CompleteSnapshot :exec
UPDATE insight_series SET last_snapshot_at = greatest(last_snapshot_at, @at::timestamptz) WHERE id = @series_key;

-- Title and label are those of the oldest view that has the series. The parameter "only" is the id
-- of the one series to return, or NULL for all series to start.
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
    AND (sqlc.narg('only')::text IS NULL OR s.series_id = sqlc.narg('only'))
ORDER BY s.id
LIMIT @row_limit;

-- Series that are not deleted and whose workflow is marked as started, by id.
-- name: StartedSeries :many
SELECT * FROM insight_series
WHERE id > @after AND deleted_at IS NULL AND workflow_started_at IS NOT NULL
ORDER BY id
LIMIT @row_limit;

-- name: SeriesToStop :many
SELECT series_id FROM insight_series
WHERE deleted_at IS NOT NULL AND workflow_stopped_at IS NULL
ORDER BY id
LIMIT @row_limit;

-- A start that was under way when its series was deleted may arrive after the stop. The workflow
-- then has to be stopped again.
-- name: MarkSeriesStarted :execrows
UPDATE insight_series SET workflow_started_at = coalesce(workflow_started_at, now()), workflow_stopped_at = NULL WHERE series_id = @series_id;

-- name: MarkSeriesLost :execrows
UPDATE insight_series SET workflow_started_at = NULL WHERE series_id = @series_id AND deleted_at IS NULL;

-- name: MarkSeriesStopped :execrows
UPDATE insight_series SET workflow_stopped_at = coalesce(workflow_stopped_at, now()) WHERE series_id = @series_id;
