-- +goose Up

-- A joining plans the past of repositories that came into scope after it was computed; a snapshot is "now" between two
-- recordings. The samples of a snapshot are not in the ledger but in snapshot_samples.
ALTER TABLE insight_series_backfill DROP CONSTRAINT insight_series_backfill_kind_check;
ALTER TABLE insight_series_backfill ADD CONSTRAINT insight_series_backfill_kind_check
    CHECK (kind IN ('backfill', 'recording', 'retry', 'extension', 'joining', 'snapshot'));
-- Why the plan was made, for people; NULL where its kind says it.
ALTER TABLE insight_series_backfill ADD COLUMN note text;

ALTER TABLE insight_series ADD COLUMN last_snapshot_at timestamptz;
-- How many of the newest sample times stay in charts; 0: all, NULL: as the setting backsight.retention.points says.
ALTER TABLE insight_series ADD COLUMN retention_points integer CHECK (retention_points >= 0);

-- When the first-parent history last lost commits that the index had (a force-push); NULL: never seen.
ALTER TABLE repositories ADD COLUMN rewritten_at timestamptz;

-- What the ledger is to a plan, this is to a snapshot: one row for each repository. Only the rows of the newest snapshot, and
-- of one that is being made, are there.
CREATE TABLE snapshot_samples (
    series_id    integer NOT NULL,
    generation   integer NOT NULL,
    repo_id      integer NOT NULL REFERENCES repositories (id),
    outcome      text NOT NULL DEFAULT 'pending'
                 CHECK (outcome IN ('pending', 'counted', 'reused', 'absent', 'partial', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    duration_ms  integer NOT NULL DEFAULT 0,
    value        double precision NOT NULL DEFAULT 0,
    commit_bytea bytea,
    reason_class text,
    reason       text,
    PRIMARY KEY (series_id, generation, repo_id),
    FOREIGN KEY (series_id, generation) REFERENCES insight_series_backfill (series_id, generation) ON DELETE CASCADE
);

-- Values of snapshots (the reference's table). As in series_points, a value of 0 has no row.
CREATE TABLE series_points_snapshots (
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

-- +goose Down
DROP TABLE series_points_snapshots, snapshot_samples;
ALTER TABLE repositories DROP COLUMN rewritten_at;
ALTER TABLE insight_series DROP COLUMN retention_points, DROP COLUMN last_snapshot_at;
DELETE FROM insight_series_backfill WHERE kind = 'snapshot';
UPDATE insight_series_backfill SET kind = 'backfill' WHERE kind = 'joining';
ALTER TABLE insight_series_backfill DROP COLUMN note;
ALTER TABLE insight_series_backfill DROP CONSTRAINT insight_series_backfill_kind_check;
ALTER TABLE insight_series_backfill ADD CONSTRAINT insight_series_backfill_kind_check CHECK (kind IN ('backfill', 'recording', 'retry', 'extension'));
