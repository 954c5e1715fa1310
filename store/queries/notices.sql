-- Notices: what a person should know about the query or the samples of a series. See
-- migrations/00003_plans.sql.

-- Deletes the notices whose code no sample of the series has any more, except those with the codes
-- of the parameter series_codes, which no sample ever has.
-- name: ClearSampleNotices :exec
DELETE FROM insight_dirty_queries AS d
WHERE d.insight_series_id = @series_id::integer AND d.code <> ALL (@series_codes::text[]) AND NOT EXISTS (
    SELECT FROM faulty_samples AS f WHERE f.series_id = @series_id AND f.reason_code = d.code);

-- Adds a notice for each code that partial or failed samples of the series have. The parameter
-- "ignored" lists codes that get no notice: those of samples that an operator ended, which say
-- nothing about the query.
-- name: AddSampleNotices :exec
INSERT INTO insight_dirty_queries (insight_series_id, dirty_at, code, reason, for_time)
SELECT i.id, @at::timestamptz, f.reason_code, f.reason_code, f.newest
FROM insight_series AS i
CROSS JOIN (
    SELECT s.reason_code, max(s.time)::timestamptz AS newest
    FROM faulty_samples AS s
    WHERE s.series_id = @series_id AND s.reason_code <> '' AND s.reason_code <> ALL (@ignored::text[])
    GROUP BY s.reason_code
) AS f
WHERE i.id = @series_id
ON CONFLICT (insight_series_id, code, reason) DO UPDATE SET for_time = EXCLUDED.for_time
WHERE insight_dirty_queries.for_time IS DISTINCT FROM EXCLUDED.for_time;

-- Deletes the notices of a code, except the one with the given reason.
-- name: ClearNotices :exec
DELETE FROM insight_dirty_queries WHERE insight_series_id = @series_id::integer AND code = @code AND reason <> @reason;

-- An existing notice keeps its dirty_at.
-- name: AddNotice :exec
INSERT INTO insight_dirty_queries (insight_series_id, dirty_at, code, reason, for_time)
SELECT i.id, @at::timestamptz, @code, @reason, @for_time::timestamptz FROM insight_series AS i WHERE i.id = @series_id
ON CONFLICT (insight_series_id, code, reason) DO UPDATE SET for_time = EXCLUDED.for_time
WHERE insight_dirty_queries.for_time IS DISTINCT FROM EXCLUDED.for_time;

-- name: Notices :many
SELECT dirty_at, code, reason, for_time FROM insight_dirty_queries
WHERE insight_series_id = @series_id::integer
ORDER BY for_time DESC, code, reason;

-- name: MarkRewritten :exec
UPDATE repositories SET rewritten_at = @at::timestamptz WHERE id = @repo_id;

-- Marks the repository if a series has or plans a sample at another commit than the one as of its
-- time in the repository's index, which this transaction has written. Only samples at or after the
-- parameter "earliest" are compared.
-- name: MarkIfRewritten :execrows
UPDATE repositories AS r SET rewritten_at = @at::timestamptz
WHERE r.id = @repo_id AND EXISTS (
    SELECT FROM insight_series AS d
    CROSS JOIN LATERAL (
        SELECT FROM samples AS s
        WHERE s.series_id = d.id AND s.repo_id = @repo_id AND s.time >= @earliest::timestamptz
            AND (s.commit_bytea IS NOT NULL OR s.outcome = 'absent')
            AND s.commit_bytea IS DISTINCT FROM (
                SELECT i.commit_bytea FROM commit_index AS i
                WHERE i.repo_id = @repo_id AND NOT i.hidden AND i.committed_at <= s.time
                ORDER BY i.committed_at DESC
                LIMIT 1)
        LIMIT 1
    ) AS f
    WHERE d.deleted_at IS NULL);

-- Adds a notice to each series that has samples of a repository at other commits than those as of
-- their times in the repository's index, which this transaction has written. The index may still
-- have the commit of such a sample: if the new history has other commits after that commit, one of
-- them can be the commit as of the sample's time.
-- name: NoteRewrittenRepository :exec
INSERT INTO insight_dirty_queries (insight_series_id, dirty_at, code, reason, for_time)
SELECT d.id, @at::timestamptz, @code::text, @code, f.newest
FROM insight_series AS d
CROSS JOIN LATERAL (
    SELECT max(s.time)::timestamptz AS newest FROM samples AS s
    WHERE s.series_id = d.id AND s.repo_id = @repo_id AND s.outcome <> 'pending'
        AND (s.commit_bytea IS NOT NULL OR s.outcome = 'absent')
        AND s.commit_bytea IS DISTINCT FROM (
            SELECT i.commit_bytea FROM commit_index AS i
            WHERE i.repo_id = @repo_id AND NOT i.hidden AND i.committed_at <= s.time
            ORDER BY i.committed_at DESC
            LIMIT 1)
) AS f
WHERE d.deleted_at IS NULL AND f.newest IS NOT NULL
ON CONFLICT (insight_series_id, code, reason) DO UPDATE SET for_time = greatest(insight_dirty_queries.for_time, EXCLUDED.for_time);

-- The time of the newest sample of a series, in the repositories whose history was rewritten, that
-- is at another commit than the one as of its time; no row when there is none. The statement takes
-- one look-up in the commit index for each sample of these repositories.
-- name: NewestRewritten :many
SELECT s.time::timestamptz AS time
FROM repositories AS r
JOIN samples AS s ON s.series_id = @series_id AND s.repo_id = r.id
WHERE r.rewritten_at IS NOT NULL AND r.deleted_at IS NULL AND s.outcome <> 'pending'
    AND (s.commit_bytea IS NOT NULL OR s.outcome = 'absent')
    AND s.commit_bytea IS DISTINCT FROM (
        SELECT i.commit_bytea FROM commit_index AS i
        WHERE i.repo_id = r.id AND NOT i.hidden AND i.committed_at <= s.time
        ORDER BY i.committed_at DESC
        LIMIT 1)
ORDER BY s.time DESC
LIMIT 1;
