-- +goose Up

CREATE TYPE time_unit AS ENUM ('HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR');

CREATE TABLE insight_view (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unique_id  text NOT NULL UNIQUE,               -- ksuid
    title      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz
);

CREATE TABLE insight_series (
    id                            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id                     text NOT NULL UNIQUE,   -- ksuid
    query                         text NOT NULL,          -- canonical
    -- insights.Series.DefinitionKey: views whose series have the same key share one row.
    definition_key                text NOT NULL,
    -- scope: a list of names; NULL: not a list
    repositories                  text[],
    -- scope: a scope query; both NULL: every repository
    repository_criteria           text,
    generation_method             text NOT NULL CHECK (generation_method IN ('search', 'search-compute', 'language-stats')),
    -- True when the series has a line for each value: a captured text, or a language.
    generated_from_capture_groups boolean NOT NULL
        GENERATED ALWAYS AS (generation_method IN ('search-compute', 'language-stats')) STORED,
    anchor                        timestamptz NOT NULL,
    sample_interval_unit          time_unit NOT NULL,
    sample_interval_value         integer NOT NULL CHECK (sample_interval_value >= 1),
    -- rounded, for readers; nothing is computed from it
    recording_interval_days       integer NOT NULL,
    points                        integer NOT NULL CHECK (points BETWEEN 1 AND 1000),
    zone                          text NOT NULL DEFAULT '',
    created_at                    timestamptz NOT NULL DEFAULT now(),
    next_recording_after          timestamptz NOT NULL,
    -- sample time of the newest complete snapshot
    last_snapshot_at              timestamptz,
    backfill_queued_at            timestamptz,
    backfill_completed_at         timestamptz,
    -- How many of the newest sample times are shown on charts. 0: all. NULL: the setting
    -- backsight.retention.points applies; see shown_points.
    retention_points              integer CHECK (retention_points >= 0),
    -- The outbox of workflow starts and stops. A series is written first, and its workflow is
    -- started after the commit. If one of these columns shows that a start or stop is missing, the
    -- worker's reconciler performs it.
    workflow_started_at           timestamptz,
    workflow_stopped_at           timestamptz,
    deleted_at                    timestamptz
);

-- Returns how many of the newest sample times of a series are shown on charts; 0: all. If the
-- series has a number of its own, the result is this number. Otherwise, if the setting is 0, the
-- result is 0. Otherwise, the result is the greater of two numbers: the setting, and the number of
-- points with which the series was created or to which it was extended. No statement repeats this
-- rule.
-- +goose StatementBegin
CREATE FUNCTION shown_points(own integer, points integer, setting integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(own, CASE WHEN setting > 0 THEN greatest(setting, points) ELSE 0 END)
$$;
-- +goose StatementEnd

CREATE UNIQUE INDEX insight_series_definition ON insight_series (definition_key) WHERE deleted_at IS NULL;
CREATE INDEX insight_series_to_start ON insight_series (id) WHERE workflow_started_at IS NULL AND deleted_at IS NULL;
CREATE INDEX insight_series_to_stop ON insight_series (id) WHERE deleted_at IS NOT NULL AND workflow_stopped_at IS NULL;

CREATE TABLE insight_view_series (
    insight_view_id   integer NOT NULL REFERENCES insight_view (id) ON DELETE CASCADE,
    insight_series_id integer NOT NULL REFERENCES insight_series (id),
    position          integer NOT NULL,
    label             text NOT NULL,
    stroke            text NOT NULL DEFAULT '',
    PRIMARY KEY (insight_view_id, insight_series_id)
);
CREATE INDEX insight_view_series_series ON insight_view_series (insight_series_id);

-- +goose Down
DROP TABLE insight_view_series, insight_series, insight_view;
DROP FUNCTION shown_points;
DROP TYPE time_unit;
