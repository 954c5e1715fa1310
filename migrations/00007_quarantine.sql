-- +goose Up

-- Repositories of a series whose search killed its worker, or stopped answering, and how often in a row. One that did three
-- times is searched no more until a retry takes it up.
CREATE TABLE search_strikes (
    series_id integer NOT NULL REFERENCES insight_series (id) ON DELETE CASCADE,
    repo_id integer NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    strikes integer NOT NULL CHECK (strikes > 0),
    reason text NOT NULL,
    struck_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (series_id, repo_id)
);
CREATE INDEX search_strikes_repo ON search_strikes (repo_id);

-- +goose Down
DROP TABLE search_strikes;
