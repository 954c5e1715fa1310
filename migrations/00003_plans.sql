-- +goose Up

-- A plan is a set of samples to compute: some times × the repositories that were in scope when the
-- plan was made or, for a retry, samples that exist already. The kinds are those of
-- insights.PlanKind.
CREATE TABLE series_plans (
    series_id       integer NOT NULL REFERENCES insight_series (id),
    -- counts up from 1 in each series; no number is used twice
    number          integer NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('backfill', 'recording', 'snapshot', 'retry', 'extension', 'catch-up')),
    -- False for snapshots: the next snapshot replaces the samples, and they do not count in the
    -- series' completeness.
    permanent       boolean NOT NULL GENERATED ALWAYS AS (kind <> 'snapshot') STORED,
    times           timestamptz[] NOT NULL,
    -- which samples a retry computes again, as JSON; NULL for other kinds
    selection       text,
    -- why the plan was made, for people; NULL if the kind is reason enough
    note            text,
    -- Repositories up to this id are planned. A large plan is written in several transactions;
    -- planned_at is set in the last one.
    planned_through integer NOT NULL DEFAULT 0,
    planned_at      timestamptz,
    completed_at    timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, number)
);
-- Open plans are few, and every scrape of the metrics asks for them. Complete ones are kept.
CREATE INDEX series_plans_open ON series_plans (series_id) INCLUDE (created_at) WHERE completed_at IS NULL AND permanent;

-- What a person should know about the query or the samples of a series. The column code has the
-- type insights.ReasonCode. The column reason has the same text or, for the code 'planning', the
-- error. The column for_time has the newest sample time that the notice is about or, for the code
-- 'planning', when the error last occurred.
CREATE TABLE insight_dirty_queries (
    id                integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    insight_series_id integer NOT NULL REFERENCES insight_series (id),
    dirty_at          timestamptz NOT NULL DEFAULT now(),
    code              text NOT NULL,
    reason            text NOT NULL,
    for_time          timestamptz NOT NULL
);
CREATE UNIQUE INDEX insight_dirty_queries_reason ON insight_dirty_queries (insight_series_id, code, reason);

-- How often in a row the search of a repository for a series killed its worker or stopped
-- answering. After three strikes the repository is quarantined: no search of the series reads it
-- until a retry selects it.
CREATE TABLE search_strikes (
    series_id integer NOT NULL REFERENCES insight_series (id) ON DELETE CASCADE,
    repo_id   integer NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    strikes   integer NOT NULL CHECK (strikes > 0),
    reason    text NOT NULL,
    struck_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, repo_id)
);
CREATE INDEX search_strikes_repo ON search_strikes (repo_id);

-- Sample times that retention has hidden from charts. Their samples stay in the ledger, so that an
-- archived time is shown again as soon as its row here is deleted.
CREATE TABLE archived_insight_series_recording_times (
    insight_series_id integer NOT NULL REFERENCES insight_series (id) ON DELETE CASCADE,
    recording_time    timestamptz NOT NULL,
    archived_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (insight_series_id, recording_time)
);

-- +goose Down
DROP TABLE archived_insight_series_recording_times, search_strikes, insight_dirty_queries, series_plans;
