-- +goose Up

-- Sample times that retention took out of charts (the reference's table). Their samples stay in the ledger, which holds up to 32
-- times of a repository in one row: an archived time costs a row here, and is back when the row is gone.
CREATE TABLE archived_insight_series_recording_times (
    insight_series_id integer NOT NULL REFERENCES insight_series (id) ON DELETE CASCADE,
    recording_time    timestamptz NOT NULL,
    archived_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (insight_series_id, recording_time)
);

-- +goose Down
DROP TABLE archived_insight_series_recording_times;
