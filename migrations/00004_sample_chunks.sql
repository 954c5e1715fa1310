-- +goose Up

-- The times at which a series has samples, each with its place in the rows of sample_chunks. Places are given in the order in which
-- times are planned and are never given again.
CREATE TABLE series_times (
    series_id integer NOT NULL REFERENCES insight_series (id),
    time      timestamptz NOT NULL,
    chunk     integer NOT NULL,
    place     integer NOT NULL CHECK (place BETWEEN 1 AND 32),
    PRIMARY KEY (series_id, time),
    UNIQUE (series_id, chunk, place)
);

-- The ledger: one row for up to 32 samples of a series in a repository. It is the truth of how complete a series is. The nth
-- letter of outcomes is the sample at place n: (p)ending, (c)ounted, (r)eused, (a)bsent, (i)ncomplete, which is partial, (f)ailed,
-- or - where the series has no sample. A vector that is NULL or too short has 0, or nothing, at the other places. Rows are read through
-- the view samples; they are written by the store alone, which keeps series_tallies and capture_sums in step.
CREATE TABLE sample_chunks (
    series_id      integer NOT NULL,
    chunk          integer NOT NULL,
    repo_id        integer NOT NULL,           -- repositories; no foreign key, for its row is never deleted and a check costs more than the row
    name_id        integer NOT NULL,           -- repo_names: the repository's name when the row was made
    generation     integer NOT NULL,           -- of all samples, where generations is NULL
    pending        smallint NOT NULL,          -- how many samples are
    faulty         smallint NOT NULL,          -- how many are partial or failed
    outcomes       text NOT NULL,
    generations    integer[],
    vals           double precision[],
    durations_ms   integer[],
    attempts       bytea,                      -- a byte for each place, 255 for more
    commits        bytea[],                    -- the distinct ones
    commit_of      bytea,                      -- a byte for each place: which of commits, from 1; 0: none
    -- What a sample was before it was taken up again: while it is pending, its value, points and reason are still those. It is that
    -- again when the new attempt knows less (it failed, or was cancelled).
    kept_outcomes  text,
    kept_commit_of bytea,
    reason_classes text[],                     -- the distinct pairs of class and text, '' for none
    reasons        text[],
    reason_of      bytea,
    PRIMARY KEY (series_id, chunk, repo_id)
) WITH (fillfactor = 50); -- a row doubles when its samples are settled
-- What is left to do, page by page.
CREATE INDEX sample_chunks_pending ON sample_chunks (series_id, repo_id) WHERE pending > 0;
-- What went wrong, which should be few.
CREATE INDEX sample_chunks_faulty ON sample_chunks (series_id, repo_id) WHERE faulty > 0;

-- The counts per captured value of samples of sample_chunks; NULL in no place, 0 where the value does not occur.
CREATE TABLE sample_captures (
    series_id integer NOT NULL,
    chunk     integer NOT NULL,
    repo_id   integer NOT NULL,
    capture   text NOT NULL,
    vals      double precision[] NOT NULL,
    PRIMARY KEY (series_id, chunk, repo_id, capture)
) WITH (fillfactor = 70);

-- What a chart shows: the ledger, counted and summed in the transactions that write it. A stripe is 128 neighbouring repository ids
-- modulo 16, so that two writers seldom wait for one row. Values are whole numbers, so adding and taking away is exact.
CREATE TABLE series_tallies (
    series_id integer NOT NULL,
    time      timestamptz NOT NULL,
    stripe    integer NOT NULL,
    counted   integer NOT NULL,
    reused    integer NOT NULL,
    absent    integer NOT NULL,
    partial   integer NOT NULL,
    failed    integer NOT NULL,
    pending   integer NOT NULL,
    value     double precision NOT NULL,
    PRIMARY KEY (series_id, time, stripe)
) WITH (fillfactor = 30);

CREATE TABLE capture_sums (
    series_id integer NOT NULL,
    time      timestamptz NOT NULL,
    capture   text NOT NULL,
    stripe    integer NOT NULL,
    value     double precision NOT NULL,
    PRIMARY KEY (series_id, time, capture, stripe)
) WITH (fillfactor = 50);

-- Who may see a private repository, by the name that the authenticating proxy gives. Administrators see all.
CREATE TABLE repository_grants (
    repo_id integer NOT NULL REFERENCES repositories (id),
    login   text NOT NULL,
    PRIMARY KEY (login, repo_id)
);

-- Every sync stamps rows: there is to be room for the new version beside the old one.
ALTER TABLE repositories SET (fillfactor = 80);
ALTER TABLE commit_index_metadata SET (fillfactor = 80);

INSERT INTO series_times (series_id, time, chunk, place)
SELECT series_id, time, ((n - 1) / 32)::integer, ((n - 1) % 32 + 1)::integer
FROM (
    SELECT series_id, time, row_number() OVER (PARTITION BY series_id ORDER BY time) AS n
    FROM (SELECT series_id, time FROM samples UNION SELECT b.series_id, unnest(b.times) FROM insight_series_backfill AS b) AS planned
) AS numbered;

WITH cells AS (
    SELECT t.series_id, t.chunk, t.place, r.repo_id, s.generation, s.outcome, s.attempts, s.duration_ms, s.value, s.commit_bytea,
        s.reason_class, s.reason, s.kept_outcome, s.kept_commit
    FROM (
        SELECT DISTINCT s.series_id, t.chunk, s.repo_id
        FROM samples AS s
        JOIN series_times AS t ON t.series_id = s.series_id AND t.time = s.time
    ) AS r
    JOIN series_times AS t ON t.series_id = r.series_id AND t.chunk = r.chunk
    LEFT JOIN samples AS s ON s.series_id = r.series_id AND s.repo_id = r.repo_id AND s.time = t.time
), rows AS (
    SELECT series_id, chunk, repo_id,
        max(generation) AS generation,
        count(*) FILTER (WHERE outcome = 'pending') AS pending,
        count(*) FILTER (WHERE outcome IN ('partial', 'failed')) AS faulty,
        string_agg(CASE outcome WHEN 'partial' THEN 'i' ELSE coalesce(left(outcome, 1), '-') END, '' ORDER BY place) AS outcomes,
        array_agg(coalesce(generation, 0) ORDER BY place) AS generations,
        array_agg(coalesce(value, 0) ORDER BY place) AS vals,
        array_agg(coalesce(duration_ms, 0) ORDER BY place) AS durations_ms,
        array_agg(coalesce(attempts, 0) ORDER BY place) AS attempts,
        array_agg(commit_bytea ORDER BY place) AS commit_at,
        array_agg(kept_commit ORDER BY place) AS kept_at,
        string_agg(CASE kept_outcome WHEN 'partial' THEN 'i' ELSE coalesce(left(kept_outcome, 1), '-') END, '' ORDER BY place) AS kept_outcomes,
        count(kept_outcome) AS kept,
        array_agg(coalesce(reason_class, '') ORDER BY place) AS reason_classes,
        array_agg(coalesce(reason, '') ORDER BY place) AS reasons,
        count(*) FILTER (WHERE coalesce(reason_class, reason) IS NOT NULL) AS reasoned
    FROM cells
    GROUP BY series_id, chunk, repo_id
), named AS (
    SELECT rows.*,
        ARRAY(SELECT DISTINCT c FROM unnest(commit_at || kept_at) AS c WHERE c IS NOT NULL ORDER BY c) AS commits
    FROM rows
)
INSERT INTO sample_chunks (series_id, chunk, repo_id, name_id, generation, pending, faulty, outcomes, generations, vals, durations_ms, attempts,
    commits, commit_of, kept_outcomes, kept_commit_of, reason_classes, reasons, reason_of)
SELECT n.series_id, n.chunk, n.repo_id, names.id, n.generation, n.pending, n.faulty, n.outcomes, n.generations,
    n.vals, n.durations_ms,
    (SELECT string_agg(decode(lpad(to_hex(least(a, 255)), 2, '0'), 'hex'), '' ORDER BY place) FROM unnest(n.attempts) WITH ORDINALITY AS u (a, place)),
    nullif(n.commits, '{}'),
    (SELECT string_agg(decode(lpad(to_hex(coalesce(array_position(n.commits, c), 0)), 2, '0'), 'hex'), '' ORDER BY place) FROM unnest(n.commit_at) WITH ORDINALITY AS u (c, place)),
    CASE WHEN n.kept > 0 THEN n.kept_outcomes END,
    CASE WHEN n.kept > 0 THEN (SELECT string_agg(decode(lpad(to_hex(coalesce(array_position(n.commits, c), 0)), 2, '0'), 'hex'), '' ORDER BY place) FROM unnest(n.kept_at) WITH ORDINALITY AS u (c, place)) END,
    CASE WHEN n.reasoned > 0 THEN n.reason_classes END,
    CASE WHEN n.reasoned > 0 THEN n.reasons END,
    CASE WHEN n.reasoned > 0 THEN (SELECT string_agg(decode(lpad(to_hex(CASE WHEN class = '' AND why = '' THEN 0 ELSE place END::integer), 2, '0'), 'hex'), '' ORDER BY place)
        FROM unnest(n.reason_classes, n.reasons) WITH ORDINALITY AS u (class, why, place)) END
FROM named AS n
JOIN repositories AS r ON r.id = n.repo_id
JOIN repo_names AS names ON names.name = r.name;

INSERT INTO sample_captures (series_id, chunk, repo_id, capture, vals)
SELECT r.series_id, r.chunk, r.repo_id, r.capture, array_agg(coalesce(p.value, 0) ORDER BY t.place)
FROM (
    SELECT DISTINCT d.id AS series_id, d.series_id AS public_id, t.chunk, p.repo_id, p.capture
    FROM series_points AS p
    JOIN insight_series AS d ON d.series_id = p.series_id
    JOIN series_times AS t ON t.series_id = d.id AND t.time = p.time
    WHERE p.capture IS NOT NULL
) AS r
JOIN series_times AS t ON t.series_id = r.series_id AND t.chunk = r.chunk
LEFT JOIN series_points AS p ON p.series_id = r.public_id AND p.time = t.time AND p.repo_id = r.repo_id AND p.capture = r.capture
GROUP BY r.series_id, r.chunk, r.repo_id, r.capture;

INSERT INTO series_tallies (series_id, time, stripe, counted, reused, absent, partial, failed, pending, value)
SELECT series_id, time, repo_id / 128 % 16,
    count(*) FILTER (WHERE outcome = 'counted'), count(*) FILTER (WHERE outcome = 'reused'), count(*) FILTER (WHERE outcome = 'absent'),
    count(*) FILTER (WHERE outcome = 'partial'), count(*) FILTER (WHERE outcome = 'failed'), count(*) FILTER (WHERE outcome = 'pending'),
    sum(value)
FROM samples
GROUP BY series_id, time, repo_id / 128 % 16;

INSERT INTO capture_sums (series_id, time, capture, stripe, value)
SELECT d.id, p.time, p.capture, p.repo_id / 128 % 16, sum(p.value)
FROM series_points AS p
JOIN insight_series AS d ON d.series_id = p.series_id
WHERE p.capture IS NOT NULL
GROUP BY d.id, p.time, p.capture, p.repo_id / 128 % 16;

DROP TABLE series_points, samples;

-- The ledger, a row for each sample. For readers; there is nothing to write here.
CREATE VIEW samples AS
SELECT c.series_id, c.repo_id, t.time,
    coalesce(c.generations[t.place], c.generation) AS generation,
    CASE substr(c.outcomes, t.place, 1)
        WHEN 'p' THEN 'pending' WHEN 'c' THEN 'counted' WHEN 'r' THEN 'reused' WHEN 'a' THEN 'absent' WHEN 'i' THEN 'partial' ELSE 'failed'
    END::text AS outcome,
    CASE WHEN t.place <= length(c.attempts) THEN get_byte(c.attempts, t.place - 1) ELSE 0 END::integer AS attempts,
    coalesce(c.durations_ms[t.place], 0)::integer AS duration_ms,
    coalesce(c.vals[t.place], 0)::double precision AS value,
    CASE WHEN t.place <= length(c.commit_of) THEN c.commits[get_byte(c.commit_of, t.place - 1)] END::bytea AS commit_bytea,
    CASE WHEN t.place <= length(c.reason_of) THEN nullif(c.reason_classes[get_byte(c.reason_of, t.place - 1)], '') END::text AS reason_class,
    CASE WHEN t.place <= length(c.reason_of) THEN nullif(c.reasons[get_byte(c.reason_of, t.place - 1)], '') END::text AS reason,
    CASE substr(c.kept_outcomes, t.place, 1)
        WHEN 'c' THEN 'counted' WHEN 'r' THEN 'reused' WHEN 'a' THEN 'absent' WHEN 'i' THEN 'partial' WHEN 'f' THEN 'failed'
    END::text AS kept_outcome,
    CASE WHEN t.place <= length(c.kept_commit_of) THEN c.commits[get_byte(c.kept_commit_of, t.place - 1)] END::bytea AS kept_commit
FROM series_times AS t
JOIN sample_chunks AS c ON c.series_id = t.series_id AND c.chunk = t.chunk
WHERE substr(c.outcomes, t.place, 1) NOT IN ('', '-');

-- Values, a row for each that is not 0. The reference's columns; metadata_id is always NULL.
CREATE VIEW series_points AS
SELECT d.series_id, t.time, c.vals[t.place]::double precision AS value, NULL::integer AS metadata_id, c.repo_id,
    c.name_id AS repo_name_id, c.name_id AS original_repo_name_id, NULL::text AS capture
FROM insight_series AS d
JOIN series_times AS t ON t.series_id = d.id
JOIN sample_chunks AS c ON c.series_id = t.series_id AND c.chunk = t.chunk
WHERE NOT d.generated_from_capture_groups AND c.vals[t.place] <> 0
UNION ALL
SELECT d.series_id, t.time, v.vals[t.place]::double precision, NULL, v.repo_id, c.name_id, c.name_id, v.capture
FROM insight_series AS d
JOIN series_times AS t ON t.series_id = d.id
JOIN sample_captures AS v ON v.series_id = t.series_id AND v.chunk = t.chunk
JOIN sample_chunks AS c ON c.series_id = v.series_id AND c.chunk = v.chunk AND c.repo_id = v.repo_id
WHERE v.vals[t.place] <> 0;

-- +goose Down
CREATE TABLE samples_before (
    series_id    integer NOT NULL REFERENCES insight_series (id),
    repo_id      integer NOT NULL REFERENCES repositories (id),
    time         timestamptz NOT NULL,
    generation   integer NOT NULL,
    outcome      text NOT NULL DEFAULT 'pending'
                 CHECK (outcome IN ('pending', 'counted', 'reused', 'absent', 'partial', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    duration_ms  integer NOT NULL DEFAULT 0,
    value        double precision NOT NULL DEFAULT 0,
    commit_bytea bytea,
    reason_class text,
    reason       text,
    kept_outcome text CHECK (kept_outcome IN ('counted', 'reused', 'absent', 'partial', 'failed')),
    kept_commit  bytea
);
INSERT INTO samples_before (series_id, repo_id, time, generation, outcome, attempts, duration_ms, value, commit_bytea, reason_class, reason, kept_outcome, kept_commit)
SELECT series_id, repo_id, time, generation, outcome, attempts, duration_ms, value, commit_bytea, reason_class, reason, kept_outcome, kept_commit FROM samples;
CREATE TABLE series_points_before (
    series_id             text NOT NULL,
    time                  timestamptz NOT NULL,
    value                 double precision NOT NULL,
    metadata_id           integer,
    repo_id               integer,
    repo_name_id          integer REFERENCES repo_names (id),
    original_repo_name_id integer REFERENCES repo_names (id),
    capture               text
);
INSERT INTO series_points_before (series_id, time, value, metadata_id, repo_id, repo_name_id, original_repo_name_id, capture)
SELECT series_id, time, value, metadata_id, repo_id, repo_name_id, original_repo_name_id, capture FROM series_points;
DROP VIEW series_points, samples;
ALTER TABLE samples_before RENAME TO samples;
ALTER TABLE samples ADD PRIMARY KEY (series_id, repo_id, time);
CREATE INDEX samples_time ON samples (series_id, time DESC, repo_id);
CREATE INDEX samples_faulty ON samples (series_id, time DESC, repo_id) WHERE outcome IN ('partial', 'failed');
CREATE INDEX samples_pending ON samples (series_id, generation, repo_id) WHERE outcome = 'pending';
ALTER TABLE series_points_before RENAME TO series_points;
ALTER TABLE series_points ADD UNIQUE NULLS NOT DISTINCT (series_id, time, repo_id, capture);
DROP TABLE repository_grants, capture_sums, series_tallies, sample_captures, sample_chunks, series_times;
ALTER TABLE repositories RESET (fillfactor);
ALTER TABLE commit_index_metadata RESET (fillfactor);
