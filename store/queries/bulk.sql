-- What touches thousands of repositories at a time. Repositories are locked by id, before anything that belongs to them.

-- Repositories whose default branch was seen at the commit that their index ends with, by id. A seen head that is not the
-- one of the last sync, or not the index's own, is left to a sync.
-- name: LockUnchanged :many
SELECT r.id
FROM (SELECT unnest(@repo_ids::integer[]) AS id, unnest(@heads::bytea[]) AS head) AS seen
JOIN repositories AS r ON r.id = seen.id AND r.head = seen.head AND r.error IS NULL AND r.deleted_at IS NULL
WHERE (SELECT i.commit_bytea FROM commit_index AS i WHERE i.repo_id = seen.id ORDER BY i.seq DESC LIMIT 1) = seen.head
ORDER BY r.id
FOR UPDATE OF r;

-- Those without an index are left out: a shallow clone has none.
-- name: StampUnchanged :many
WITH stamped AS (
    UPDATE commit_index_metadata SET last_indexed_at = greatest(last_indexed_at, @at::timestamptz)
    WHERE repo_id = ANY (@repo_ids::integer[])
    RETURNING repo_id
)
UPDATE repositories AS r SET fetched_at = @at
FROM stamped
WHERE r.id = stamped.repo_id
RETURNING r.id;

-- name: LockRepositories :exec
SELECT FROM repositories WHERE id = ANY (@repo_ids::integer[]) ORDER BY id FOR UPDATE;

-- To be asked with the repositories locked.
-- name: Unindexed :many
SELECT r.id FROM repositories AS r
WHERE r.id = ANY (@repo_ids::integer[]) AND NOT EXISTS (SELECT FROM commit_index_metadata AS m WHERE m.repo_id = r.id)
ORDER BY r.id;

-- name: RecordFirstSyncs :exec
WITH w AS (
    SELECT unnest(@repo_ids::integer[]) AS id, unnest(@branches::text[]) AS branch, unnest(@heads::bytea[]) AS head,
        unnest(@sizes::bigint[]) AS size_bytes, unnest(@ats::timestamptz[]) AS at
), indexed AS (
    INSERT INTO commit_index_metadata (repo_id, last_indexed_at)
    SELECT w.id, w.at FROM w ORDER BY w.id
)
UPDATE repositories AS r
SET default_branch = nullif(w.branch, ''), head = w.head, size_bytes = w.size_bytes, fetched_at = w.at, error = NULL, error_at = NULL
FROM w
WHERE r.id = w.id;

-- A join and not "= ANY": a plan made while the table was small would compare every location with every row.
-- name: RegisteredLocations :many
SELECT r.location
FROM (SELECT unnest(@locations::text[]) AS location) AS w
JOIN repositories AS r ON r.location = w.location AND r.deleted_at IS NULL;

-- name: AddRepoNames :exec
INSERT INTO repo_names (name)
SELECT DISTINCT w.name
FROM (SELECT unnest(@names::text[]) AS name) AS w
WHERE NOT EXISTS (SELECT FROM repo_names AS n WHERE n.name = w.name)
ORDER BY w.name
ON CONFLICT (name) DO NOTHING;

-- In the order given; of two with one name the first has it. Returns the locations that were added.
-- name: AddRepositories :many
INSERT INTO repositories (name, location, is_local)
SELECT w.name, w.location, w.is_local
FROM (
    SELECT unnest(@names::text[]) AS name, unnest(@locations::text[]) AS location, unnest(@locals::boolean[]) AS is_local,
        generate_series(1, cardinality(@names)) AS place
) AS w
ORDER BY w.place
ON CONFLICT DO NOTHING
RETURNING location;

-- name: PlannedThrough :one
SELECT planned_through FROM insight_series_backfill WHERE series_id = @series_id AND generation = @generation;
