-- The work that is left in the whole installation, for metrics. The statement reads series, open
-- plans, repositories and strikes, and no samples. Ages are in seconds by the clock of the
-- database, 0 where there is nothing. Snapshots do not count as plans: one that is given up stays
-- open until the next one deletes it.
-- name: Backlog :one
SELECT
    (SELECT count(*) FROM insight_series AS s WHERE s.deleted_at IS NULL) AS series,
    (SELECT count(*) FROM insight_series AS s WHERE s.deleted_at IS NULL AND s.backfill_completed_at IS NULL) AS unfinished,
    (SELECT coalesce(extract(epoch FROM now() - min(s.created_at)), 0)::float8 FROM insight_series AS s
        WHERE s.deleted_at IS NULL AND s.backfill_completed_at IS NULL) AS oldest_unfinished,
    (SELECT count(*) FROM insight_series AS s WHERE s.deleted_at IS NULL AND s.workflow_started_at IS NULL) AS unstarted,
    (SELECT greatest(coalesce(extract(epoch FROM now() - min(s.next_recording_after)), 0), 0)::float8 FROM insight_series AS s
        WHERE s.deleted_at IS NULL) AS overdue,
    (SELECT count(*) FROM series_plans AS b JOIN insight_series AS s ON s.id = b.series_id
        WHERE b.completed_at IS NULL AND b.permanent AND s.deleted_at IS NULL) AS plans,
    (SELECT coalesce(extract(epoch FROM now() - min(b.created_at)), 0)::float8 FROM series_plans AS b JOIN insight_series AS s ON s.id = b.series_id
        WHERE b.completed_at IS NULL AND b.permanent AND s.deleted_at IS NULL) AS oldest_plan,
    (SELECT count(*) FROM repositories AS r WHERE r.deleted_at IS NULL) AS repositories,
    (SELECT count(*) FROM repositories AS r WHERE r.deleted_at IS NULL AND r.error IS NOT NULL) AS failing,
    (SELECT count(DISTINCT k.repo_id) FROM search_strikes AS k JOIN repositories AS r ON r.id = k.repo_id WHERE r.deleted_at IS NULL) AS struck;
