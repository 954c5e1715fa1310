-- For each of the repositories, the newest sample that is exact and has a commit, with its values: a row for each, or one
-- without. None for a retry: it is there to find out whether the samples that are known are right.
-- name: Bases :many
SELECT w.repo_id::integer AS repo_id, s.commit_bytea, s.value, p.capture, coalesce(p.value, 0)::double precision AS capture_value
FROM unnest(@repo_ids::integer[]) AS w (repo_id)
CROSS JOIN LATERAL (
    SELECT x.time, x.commit_bytea, x.value FROM samples AS x
    WHERE x.series_id = @series_key AND x.repo_id = w.repo_id AND x.outcome IN ('counted', 'reused') AND x.commit_bytea IS NOT NULL
    ORDER BY x.time DESC
    LIMIT 1
) AS s
LEFT JOIN series_points AS p ON p.series_id = @series_id AND p.repo_id = w.repo_id AND p.time = s.time AND p.capture IS NOT NULL
WHERE NOT EXISTS (
    SELECT FROM insight_series_backfill AS b WHERE b.series_id = @series_key AND b.generation = @generation AND b.kind = 'retry')
ORDER BY w.repo_id;
