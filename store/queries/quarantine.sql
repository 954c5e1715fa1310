-- Repositories whose searches killed their workers or stopped answering.

-- name: Strikes :many
SELECT repo_id, strikes, reason FROM search_strikes
WHERE series_id = @series_id AND repo_id BETWEEN @first AND @last;

-- Adds nothing when the series or the repository no longer exists.
-- name: AddStrike :exec
INSERT INTO search_strikes (series_id, repo_id, strikes, reason)
SELECT i.id, r.id, 1, @reason
FROM insight_series AS i, repositories AS r
WHERE i.series_id = @series_id AND r.id = @repo_id
ON CONFLICT (series_id, repo_id) DO UPDATE SET strikes = search_strikes.strikes + 1, reason = EXCLUDED.reason, struck_at = now();

-- name: ClearStrikes :exec
DELETE FROM search_strikes WHERE series_id = @series_id AND repo_id = @repo_id;

-- Deletes the strikes of the repositories in which the plan, a retry, has pending samples.
-- name: ReleaseStrikes :exec
DELETE FROM search_strikes AS k
WHERE k.series_id = @series_id AND EXISTS (
    SELECT FROM samples AS s
    WHERE s.series_id = @series_id AND s.repo_id = k.repo_id AND s.plan = @plan AND s.outcome = 'pending');
