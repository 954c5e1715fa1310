-- +goose Up

-- The plans that are not complete are few, and asked for at each look at the metrics; complete ones are kept for ever.
CREATE INDEX insight_series_backfill_open ON insight_series_backfill (series_id) INCLUDE (created_at) WHERE completed_at IS NULL AND kind <> 'snapshot';

-- +goose Down
DROP INDEX insight_series_backfill_open;
