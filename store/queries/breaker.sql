-- Why samples of a generation failed, and whether a search of it ever found anything.
-- name: FailuresOfRange :many
SELECT s.outcome, s.reason_class, count(*) AS samples, count(DISTINCT s.repo_id) AS repositories, coalesce(min(s.reason), '')::text AS reason
FROM samples AS s
WHERE s.series_id = @series_id AND s.generation = @generation AND s.repo_id BETWEEN @first AND @last
    AND s.outcome IN ('counted', 'partial', 'failed')
GROUP BY s.outcome, s.reason_class
ORDER BY samples DESC
LIMIT 2;
