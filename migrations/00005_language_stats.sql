-- +goose Up

-- Language statistics: lines per language, stored as counts by captured value are. generated_from_capture_groups, a name of the
-- reference, says that a series has a line per value, be it a captured text or a language. (A generated column's expression can
-- be changed in place only from Postgres 17 on.)
DROP VIEW series_points;
ALTER TABLE insight_series
    DROP CONSTRAINT insight_series_generation_method_check,
    ADD CONSTRAINT insight_series_generation_method_check CHECK (generation_method IN ('search', 'search-compute', 'language-stats')),
    DROP COLUMN generated_from_capture_groups;
ALTER TABLE insight_series
    ADD COLUMN generated_from_capture_groups boolean NOT NULL GENERATED ALWAYS AS (generation_method IN ('search-compute', 'language-stats')) STORED;
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
DROP VIEW series_points;
ALTER TABLE insight_series
    DROP CONSTRAINT insight_series_generation_method_check,
    ADD CONSTRAINT insight_series_generation_method_check CHECK (generation_method IN ('search', 'search-compute')),
    DROP COLUMN generated_from_capture_groups;
ALTER TABLE insight_series
    ADD COLUMN generated_from_capture_groups boolean NOT NULL GENERATED ALWAYS AS (generation_method IN ('search-compute')) STORED;
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
