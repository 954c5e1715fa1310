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
    definition_key                text NOT NULL,          -- insights.Series.DefinitionKey: who has the same key shares the row
    repositories                  text[],                 -- scope: a list of names; NULL: not a list
    repository_criteria           text,                   -- scope: a scope query; both NULL: every repository
    generation_method             text NOT NULL CHECK (generation_method IN ('search', 'search-compute')),
    generated_from_capture_groups boolean NOT NULL GENERATED ALWAYS AS (generation_method = 'search-compute') STORED,
    anchor                        timestamptz NOT NULL,
    sample_interval_unit          time_unit NOT NULL,
    sample_interval_value         integer NOT NULL CHECK (sample_interval_value >= 1),
    recording_interval_days       integer NOT NULL,       -- rounded, for readers; nothing is computed from it
    points                        integer NOT NULL CHECK (points BETWEEN 1 AND 1000),
    zone                          text NOT NULL DEFAULT '',
    created_at                    timestamptz NOT NULL DEFAULT now(),
    next_recording_after          timestamptz NOT NULL,
    last_recorded_at              timestamptz,
    backfill_queued_at            timestamptz,
    backfill_completed_at         timestamptz,
    -- The outbox of workflow starts and stops. A series is written first and its workflow started after the commit;
    -- the worker's reconciler does whatever is missing here, so that neither can be lost.
    workflow_started_at           timestamptz,
    workflow_stopped_at           timestamptz,
    deleted_at                    timestamptz
);
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

-- A generation is one plan: the samples of some times in every repository that was in scope when it was made.
CREATE TABLE insight_series_backfill (
    series_id    integer NOT NULL REFERENCES insight_series (id),
    generation   integer NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('backfill', 'recording')),
    times        timestamptz[] NOT NULL,
    -- Repositories up to this id are planned; the plan is written in slices so that a large one is not one huge
    -- transaction. planned_at is set with the last slice.
    planned_through integer NOT NULL DEFAULT 0,
    planned_at   timestamptz,
    completed_at timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, generation)
);

-- The ledger: one row for every planned sample, for ever. It is the truth of how complete a series is.
CREATE TABLE samples (
    series_id    integer NOT NULL REFERENCES insight_series (id),
    repo_id      integer NOT NULL REFERENCES repositories (id),
    time         timestamptz NOT NULL,
    generation   integer NOT NULL,
    outcome      text NOT NULL DEFAULT 'pending'
                 CHECK (outcome IN ('pending', 'counted', 'reused', 'absent', 'partial', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    duration_ms  integer NOT NULL DEFAULT 0,
    value        double precision NOT NULL DEFAULT 0,
    commit_bytea bytea,                        -- NULL: absent, or pending and to be resolved in the repository itself
    reason_class text,
    reason       text,
    PRIMARY KEY (series_id, repo_id, time)
);
-- Charts and lists go by time, newest first.
CREATE INDEX samples_time ON samples (series_id, time DESC, repo_id);
-- What went wrong, which should be few.
CREATE INDEX samples_faulty ON samples (series_id, time DESC, repo_id) WHERE outcome IN ('partial', 'failed');
-- What is left to do, page by page.
CREATE INDEX samples_pending ON samples (series_id, generation, repo_id) WHERE outcome = 'pending';

-- Values, summed by charts. A sample with value 0 has no row here: the ledger tells zero from unknown.
CREATE TABLE series_points (
    series_id             text NOT NULL,       -- insight_series.series_id
    time                  timestamptz NOT NULL,
    value                 double precision NOT NULL,
    metadata_id           integer,             -- the reference's column; always NULL
    repo_id               integer,
    repo_name_id          integer REFERENCES repo_names (id),
    original_repo_name_id integer REFERENCES repo_names (id),
    capture               text,
    UNIQUE NULLS NOT DISTINCT (series_id, time, repo_id, capture)
);

-- What a person should know about a series' query (the reference's table).
CREATE TABLE insight_dirty_queries (
    id                integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    insight_series_id integer REFERENCES insight_series (id),
    query             text NOT NULL,
    dirty_at          timestamptz NOT NULL DEFAULT now(),
    reason            text NOT NULL,
    for_time          timestamptz NOT NULL
);

CREATE TABLE settings (
    key        text PRIMARY KEY,
    value      text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE settings, insight_dirty_queries, series_points, samples, insight_series_backfill, insight_view_series, insight_series, insight_view;
DROP TYPE time_unit;
