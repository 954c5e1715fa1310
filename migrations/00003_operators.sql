-- +goose Up

-- A retry takes up samples again that had ended, an extension adds frames before the first.
ALTER TABLE insight_series_backfill DROP CONSTRAINT insight_series_backfill_kind_check;
ALTER TABLE insight_series_backfill ADD CONSTRAINT insight_series_backfill_kind_check CHECK (kind IN ('backfill', 'recording', 'retry', 'extension'));
-- Which samples a retry takes up, as JSON; NULL for the other kinds.
ALTER TABLE insight_series_backfill ADD COLUMN selection text;

-- What a sample was before it was taken up again: while it is pending, its value, points and reason are still those. It is that
-- again when the new attempt knows less (it failed, or was cancelled). NULL for every other sample, and then without cost.
ALTER TABLE samples ADD COLUMN kept_outcome text CHECK (kept_outcome IN ('counted', 'reused', 'absent', 'partial', 'failed'));
ALTER TABLE samples ADD COLUMN kept_commit bytea;

-- One row for each reason. reason is a reason_class of the ledger, or "planning: " and what is wrong; for_time is the newest
-- sample time that it touches.
CREATE UNIQUE INDEX insight_dirty_queries_reason ON insight_dirty_queries (insight_series_id, reason);

-- +goose Down
DROP INDEX insight_dirty_queries_reason;
UPDATE samples SET outcome = kept_outcome, commit_bytea = kept_commit WHERE kept_outcome IS NOT NULL;
ALTER TABLE samples DROP COLUMN kept_commit;
ALTER TABLE samples DROP COLUMN kept_outcome;
ALTER TABLE insight_series_backfill DROP COLUMN selection;
ALTER TABLE insight_series_backfill DROP CONSTRAINT insight_series_backfill_kind_check;
UPDATE insight_series_backfill SET kind = 'backfill' WHERE kind IN ('retry', 'extension');
ALTER TABLE insight_series_backfill ADD CONSTRAINT insight_series_backfill_kind_check CHECK (kind IN ('backfill', 'recording'));
