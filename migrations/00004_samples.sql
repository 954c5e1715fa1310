-- +goose Up

-- Where the samples of each time of a series are stored: at a place of the rows of sample_chunks
-- that have the chunk's number. Places are assigned in the order in which times are planned and are
-- never reused. Each snapshot has a chunk of its own, whose number is that of its plan, negated.
CREATE TABLE sample_slots (
    series_id integer NOT NULL REFERENCES insight_series (id),
    time      timestamptz NOT NULL,
    chunk     integer NOT NULL,
    place     integer NOT NULL CHECK (place BETWEEN 1 AND 32),
    PRIMARY KEY (series_id, chunk, place)
);
CREATE UNIQUE INDEX sample_slots_time ON sample_slots (series_id, time) WHERE chunk >= 0;

-- The permanent sample times of a series: all but those of snapshots.
CREATE VIEW series_times AS
SELECT series_id, time, chunk, place FROM sample_slots WHERE chunk >= 0;

-- The slots that the samples of each plan are in.
CREATE VIEW plan_slots AS
SELECT p.series_id, p.number AS plan, s.time, s.chunk, s.place
FROM series_plans AS p
JOIN sample_slots AS s ON s.series_id = p.series_id AND s.time = ANY (p.times)
    AND (CASE WHEN p.permanent THEN s.chunk >= 0 ELSE s.chunk = -p.number END);

-- The ledger: one row for up to 32 samples of a series in a repository. It is the source of truth
-- for how complete a series is. Letter n of outcomes is the outcome of the sample at place n:
-- (p)ending, (c)ounted, (r)eused, (a)bsent, (i)ncomplete for partial, (f)ailed, or '-' where there
-- is no sample. The columns with one element or one byte for each place are vectors: if a vector is
-- NULL or ends before a place, its value at this place is 0 or none. Only package store writes the
-- rows, together with series_tallies and capture_sums. Read the rows through the view samples.
CREATE TABLE sample_chunks (
    series_id      integer NOT NULL,
    chunk          integer NOT NULL,
    -- repositories.id. There is no foreign key: rows of repositories are never deleted, and
    -- checking the key would cost more than writing the row.
    repo_id        integer NOT NULL,
    -- repo_names: the repository's name when the row was made
    name_id        integer NOT NULL,
    -- if plans is NULL, the number of the plan that all samples belong to
    plan           integer NOT NULL,
    pending        smallint NOT NULL,          -- how many samples are pending
    faulty         smallint NOT NULL,          -- how many samples are partial or failed
    outcomes       text NOT NULL,
    plans          integer[],
    vals           double precision[],
    durations_ms   integer[],
    attempts       bytea,                      -- a byte for each place; 255: 255 or more
    commits        bytea[],                    -- the distinct commits of the samples
    -- a byte for each place: an index into commits, from 1; 0: none
    commit_of      bytea,
    -- The outcome and commit of a sample before a retry selected it. While the sample is pending,
    -- it keeps its earlier value, captured values and reason. If the new attempt yields less than
    -- the earlier one, or is cancelled, the sample gets the kept outcome and commit back.
    kept_outcomes  text,
    kept_commit_of bytea,
    -- reason_codes and reasons together are the distinct pairs of code and text; '' for none
    reason_codes   text[],
    reasons        text[],
    -- a byte for each place: an index into reason_codes and reasons, from 1; 0: none
    reason_of      bytea,
    PRIMARY KEY (series_id, chunk, repo_id)
) WITH (fillfactor = 50); -- a row doubles in size when its samples end
-- For reading the pending samples of a series, page by page.
CREATE INDEX sample_chunks_pending ON sample_chunks (series_id, repo_id) WHERE pending > 0;
-- For reading partial and failed samples, which should be few.
CREATE INDEX sample_chunks_faulty ON sample_chunks (series_id, repo_id) WHERE faulty > 0;

-- The counts per captured value of the samples of sample_chunks. vals has 0 at the places where the
-- value does not occur, ends at the last place where it occurs, and has no NULL.
CREATE TABLE sample_captures (
    series_id integer NOT NULL,
    chunk     integer NOT NULL,
    repo_id   integer NOT NULL,
    capture   text NOT NULL,
    vals      double precision[] NOT NULL,
    PRIMARY KEY (series_id, chunk, repo_id, capture)
) WITH (fillfactor = 70);

-- What charts show: the samples of sample_chunks, counted and summed by the transactions that write
-- them. The sums of one time are spread over 16 rows, so that two writers rarely wait for the same
-- row: a repository counts in the row with the stripe id / 128 % 16. Values are whole numbers, so
-- that adding and subtracting is exact below 2^53.
CREATE TABLE series_tallies (
    series_id integer NOT NULL,
    snapshot  boolean NOT NULL,
    time      timestamptz NOT NULL,
    stripe    integer NOT NULL,
    counted   integer NOT NULL,
    reused    integer NOT NULL,
    absent    integer NOT NULL,
    partial   integer NOT NULL,
    failed    integer NOT NULL,
    pending   integer NOT NULL,
    value     double precision NOT NULL,
    PRIMARY KEY (series_id, snapshot, time, stripe)
) WITH (fillfactor = 30);

CREATE TABLE capture_sums (
    series_id integer NOT NULL,
    snapshot  boolean NOT NULL,
    time      timestamptz NOT NULL,
    capture   text NOT NULL,
    stripe    integer NOT NULL,
    value     double precision NOT NULL,
    PRIMARY KEY (series_id, snapshot, time, capture, stripe)
) WITH (fillfactor = 50);

-- The slots of the sample times that charts can show: all permanent ones, and the newest complete
-- snapshot as long as no permanent sample time at or after it is planned.
CREATE VIEW chart_slots AS
SELECT series_id, false AS snapshot, time, chunk, place FROM sample_slots WHERE chunk >= 0
UNION ALL
SELECT s.series_id, true, s.time, s.chunk, s.place
FROM insight_series AS d
JOIN sample_slots AS s ON s.series_id = d.id AND s.chunk < 0 AND s.time = d.last_snapshot_at
JOIN series_plans AS p ON p.series_id = d.id AND p.number = -s.chunk AND p.completed_at IS NOT NULL
WHERE NOT EXISTS (SELECT FROM sample_slots AS t WHERE t.series_id = d.id AND t.chunk >= 0 AND t.time >= d.last_snapshot_at);

-- The ledger as one row for each sample, without the samples of snapshots. Read-only, for people
-- and reports.
CREATE VIEW samples AS
SELECT c.series_id, c.repo_id, t.time,
    coalesce(c.plans[t.place], c.plan) AS plan,
    CASE substr(c.outcomes, t.place, 1)
        WHEN 'p' THEN 'pending' WHEN 'c' THEN 'counted' WHEN 'r' THEN 'reused' WHEN 'a' THEN 'absent' WHEN 'i' THEN 'partial' ELSE 'failed'
    END::text AS outcome,
    CASE WHEN t.place <= length(c.attempts) THEN get_byte(c.attempts, t.place - 1) ELSE 0 END::integer AS attempts,
    coalesce(c.durations_ms[t.place], 0)::integer AS duration_ms,
    coalesce(c.vals[t.place], 0)::double precision AS value,
    CASE WHEN t.place <= length(c.commit_of) THEN c.commits[get_byte(c.commit_of, t.place - 1)] END::bytea AS commit_bytea,
    CASE WHEN t.place <= length(c.reason_of) THEN nullif(c.reason_codes[get_byte(c.reason_of, t.place - 1)], '') END::text AS reason_code,
    CASE WHEN t.place <= length(c.reason_of) THEN nullif(c.reasons[get_byte(c.reason_of, t.place - 1)], '') END::text AS reason,
    CASE substr(c.kept_outcomes, t.place, 1)
        WHEN 'c' THEN 'counted' WHEN 'r' THEN 'reused' WHEN 'a' THEN 'absent' WHEN 'i' THEN 'partial' WHEN 'f' THEN 'failed'
    END::text AS kept_outcome,
    CASE WHEN t.place <= length(c.kept_commit_of) THEN c.commits[get_byte(c.kept_commit_of, t.place - 1)] END::bytea AS kept_commit
FROM series_times AS t
JOIN sample_chunks AS c ON c.series_id = t.series_id AND c.chunk = t.chunk
WHERE substr(c.outcomes, t.place, 1) NOT IN ('', '-');

-- The partial and failed samples, one row each, without those of snapshots. Queries use the index
-- sample_chunks_faulty.
CREATE VIEW faulty_samples AS
SELECT c.series_id, c.repo_id, t.time,
    CASE substr(c.outcomes, t.place, 1) WHEN 'i' THEN 'partial' ELSE 'failed' END::text AS outcome,
    CASE WHEN t.place <= length(c.reason_of) THEN coalesce(c.reason_codes[get_byte(c.reason_of, t.place - 1)], '') ELSE '' END::text AS reason_code,
    CASE WHEN t.place <= length(c.reason_of) THEN coalesce(c.reasons[get_byte(c.reason_of, t.place - 1)], '') ELSE '' END::text AS reason
FROM sample_chunks AS c
JOIN series_times AS t ON t.series_id = c.series_id AND t.chunk = c.chunk
WHERE c.faulty > 0 AND substr(c.outcomes, t.place, 1) IN ('i', 'f');

-- One row for each value that is not 0, of permanent samples and of snapshots, with the columns of
-- Sourcegraph's tables. metadata_id is always NULL.
CREATE VIEW all_points AS
SELECT d.series_id, t.chunk, t.time, c.vals[t.place]::double precision AS value, NULL::integer AS metadata_id, c.repo_id,
    c.name_id AS repo_name_id, c.name_id AS original_repo_name_id, NULL::text AS capture
FROM insight_series AS d
JOIN sample_slots AS t ON t.series_id = d.id
JOIN sample_chunks AS c ON c.series_id = t.series_id AND c.chunk = t.chunk
WHERE NOT d.generated_from_capture_groups AND c.vals[t.place] <> 0
UNION ALL
SELECT d.series_id, t.chunk, t.time, v.vals[t.place]::double precision, NULL, v.repo_id, c.name_id, c.name_id, v.capture
FROM insight_series AS d
JOIN sample_slots AS t ON t.series_id = d.id
JOIN sample_captures AS v ON v.series_id = t.series_id AND v.chunk = t.chunk
JOIN sample_chunks AS c ON c.series_id = v.series_id AND c.chunk = v.chunk AND c.repo_id = v.repo_id
WHERE v.vals[t.place] <> 0;

CREATE VIEW series_points AS
SELECT series_id, time, value, metadata_id, repo_id, repo_name_id, original_repo_name_id, capture FROM all_points WHERE chunk >= 0;

CREATE VIEW series_points_snapshots AS
SELECT series_id, time, value, metadata_id, repo_id, repo_name_id, original_repo_name_id, capture FROM all_points WHERE chunk < 0;

-- +goose Down
DROP VIEW series_points_snapshots, series_points, all_points, faulty_samples, samples, chart_slots, plan_slots, series_times;
DROP TABLE capture_sums, series_tallies, sample_captures, sample_chunks, sample_slots;
