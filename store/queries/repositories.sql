-- Repositories, one by one and thousands at a time. Statements lock repositories in the order of
-- their ids, before anything that belongs to them.

-- name: AddRepoName :exec
INSERT INTO repo_names (name)
SELECT @name::text
WHERE NOT EXISTS (SELECT FROM repo_names WHERE name = @name)
ON CONFLICT (name) DO NOTHING;

-- Orders the transactions that register or remove a repository.
-- name: LockIdentity :exec
SELECT pg_advisory_xact_lock(hashtextextended(@identity::text, 0));

-- No row is written when the name, the location or the identity is taken.
-- name: AddRepository :execrows
INSERT INTO repositories (name, location, identity, is_local, private)
VALUES (@name, @location, @identity::text, @is_local, @private)
ON CONFLICT DO NOTHING;

-- Gives the repository that was removed last at one of these locations its row back, with its
-- grants and samples. It is private if a repository at one of these locations was. No row is
-- written when the name, the location or the identity is taken.
-- name: ReviveRepository :execrows
UPDATE repositories AS r
SET deleted_at = NULL, name = @name, location = @location, identity = @identity::text, is_local = @is_local,
    private = @private::boolean OR EXISTS (SELECT FROM repositories AS p WHERE p.private AND (p.identity = @identity::text OR p.location = @location))
WHERE r.deleted_at IS NOT NULL
    AND r.id = (
        SELECT old.id FROM repositories AS old
        WHERE (old.identity = @identity::text OR old.location = @location) AND old.deleted_at IS NOT NULL
        ORDER BY old.deleted_at DESC, old.id DESC
        LIMIT 1)
    AND NOT EXISTS (
        SELECT FROM repositories AS other
        WHERE other.deleted_at IS NULL AND (other.name = @name OR other.location = @location OR other.identity = @identity::text));

-- name: RepositoryByLocation :one
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE (r.location = @location OR r.identity = @identity::text) AND r.deleted_at IS NULL
ORDER BY r.location = @location DESC
LIMIT 1;

-- name: RepositoryByName :one
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.name = @name AND r.deleted_at IS NULL;

-- Includes removed repositories, because samples and points name them.
-- name: RepositoriesByID :many
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.id = ANY (@ids::integer[]);

-- name: Repositories :many
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
JOIN visible_repositories(@sees_all::boolean, @login::text) AS v ON v.id = r.id
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.deleted_at IS NULL AND r.name > @after
    AND (@all_names::boolean OR r.id IN (SELECT unnest(@repo_ids::integer[])))
ORDER BY r.name
LIMIT @row_limit;

-- name: RepositoriesAfter :many
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.deleted_at IS NULL AND r.id > @after
ORDER BY r.id
LIMIT @row_limit;

-- name: CountRepositories :one
SELECT count(*) FROM visible_repositories(@sees_all::boolean, @login::text) AS r
WHERE r.deleted_at IS NULL AND (@all_names::boolean OR r.id IN (SELECT unnest(@repo_ids::integer[])));

-- The repositories that the viewer may see, removed ones included. If the parameter "with_names" is
-- true, the column "names" has their names in the same order. All are in one row because a row for
-- each of 36,000 repositories takes longer. The column "total" counts all repositories, also those
-- that the viewer may not see.
-- name: VisibleNames :one
SELECT coalesce(array_agg(r.id), '{}')::integer[] AS ids,
    coalesce(array_agg(r.name) FILTER (WHERE @with_names::boolean), '{}')::text[] AS names,
    (SELECT count(*) FROM repositories) AS total
FROM visible_repositories(@sees_all::boolean, @login::text) AS r;

-- What a scope can choose from: the repositories with the given names or, if all_names is true,
-- every repository.
-- name: ScopeCandidates :many
SELECT id, name, fork, archived FROM repositories
WHERE id > @after AND deleted_at IS NULL AND (@all_names::boolean OR name = ANY (@names::text[]))
ORDER BY id
LIMIT @row_limit;

-- name: MissingRepositories :many
SELECT wanted.name::text
FROM unnest(@names::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM visible_repositories(@sees_all::boolean, @login::text) AS r WHERE r.name = wanted.name AND r.deleted_at IS NULL)
ORDER BY wanted.name;

-- The given names that no repository has which the viewer may see. Removed repositories count.
-- name: HiddenNames :many
SELECT wanted.name::text
FROM unnest(@names::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM visible_repositories(@sees_all::boolean, @login::text) AS v WHERE v.name = wanted.name);

-- name: RemoveRepository :execrows
UPDATE repositories SET deleted_at = now() WHERE name = @name AND deleted_at IS NULL;

-- Existing rows of the ledger keep the old name; new rows get the new one.
-- name: RenameRepository :execrows
UPDATE repositories SET name = @new_name WHERE name = @name AND deleted_at IS NULL;

-- name: RecordSync :execrows
UPDATE repositories
SET default_branch = @default_branch, head = @head, size_bytes = @size_bytes, notices = @notices, fetched_at = @at, error = NULL, error_at = NULL
WHERE id = @id;

-- A failed sync keeps what the last successful one found.
-- name: RecordSyncFailure :execrows
UPDATE repositories SET error = @error, error_at = @at WHERE id = @id;

-- A notice that has not changed is not written again.
-- name: SetRepositoryUnsearched :exec
UPDATE repositories SET unsearched = @notice WHERE id = @id AND unsearched <> @notice;

-- name: SetRepositoryFlags :execrows
UPDATE repositories SET fork = @fork, archived = @archived, private = @private WHERE id = @id;

-- Locks and returns, in the order of their ids, the repositories whose last sync succeeded and
-- found the given head, and whose commit index ends at that commit. All other repositories need a
-- full sync.
-- name: LockUnchanged :many
SELECT r.id
FROM (SELECT unnest(@repo_ids::integer[]) AS id, unnest(@heads::bytea[]) AS head) AS seen
JOIN repositories AS r ON r.id = seen.id AND r.head = seen.head AND r.error IS NULL AND r.deleted_at IS NULL
WHERE (SELECT i.commit_bytea FROM commit_index AS i WHERE i.repo_id = seen.id ORDER BY i.seq DESC LIMIT 1) = seen.head
ORDER BY r.id
FOR UPDATE OF r;

-- Repositories without a commit index are left out: a shallow clone has none.
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

-- Callers must hold the locks of the repositories.
-- name: Unindexed :many
SELECT r.id FROM repositories AS r
WHERE r.id = ANY (@repo_ids::integer[]) AND NOT EXISTS (SELECT FROM commit_index_metadata AS m WHERE m.repo_id = r.id)
ORDER BY r.id;

-- name: RecordFirstSyncs :exec
WITH w AS (
    SELECT unnest(@repo_ids::integer[]) AS id, unnest(@branches::text[]) AS branch, unnest(@heads::bytea[]) AS head,
        unnest(@sizes::bigint[]) AS size_bytes, unnest(@notices::text[]) AS notices, unnest(@ats::timestamptz[]) AS at
), indexed AS (
    INSERT INTO commit_index_metadata (repo_id, last_indexed_at)
    SELECT w.id, w.at FROM w ORDER BY w.id
)
UPDATE repositories AS r
SET default_branch = nullif(w.branch, ''), head = w.head, size_bytes = w.size_bytes, notices = w.notices, fetched_at = w.at, error = NULL, error_at = NULL
FROM w
WHERE r.id = w.id;

-- The given locations at which a repository is registered, or was registered and has been removed.
-- A join instead of "= ANY": a query plan made while the table was small would compare every
-- location with every row.
-- name: KnownLocations :many
SELECT w.location::text AS location, bool_and(r.deleted_at IS NOT NULL)::boolean AS removed
FROM (SELECT unnest(@locations::text[]) AS location, unnest(@identities::text[]) AS identity) AS w
JOIN LATERAL (
    SELECT a.deleted_at FROM repositories AS a WHERE a.location = w.location
    UNION ALL
    SELECT b.deleted_at FROM repositories AS b WHERE b.identity = w.identity
) AS r ON true
GROUP BY w.location;

-- name: AddRepoNames :exec
INSERT INTO repo_names (name)
SELECT DISTINCT w.name
FROM (SELECT unnest(@names::text[]) AS name) AS w
WHERE NOT EXISTS (SELECT FROM repo_names AS n WHERE n.name = w.name)
ORDER BY w.name
ON CONFLICT (name) DO NOTHING;

-- In the order given: of two repositories with the same name, the first is added. Returns the
-- locations of the repositories that were added.
-- name: AddRepositories :many
INSERT INTO repositories (name, location, identity, is_local)
SELECT w.name, w.location, w.identity, w.is_local
FROM (
    SELECT unnest(@names::text[]) AS name, unnest(@locations::text[]) AS location, unnest(@identities::text[]) AS identity,
        unnest(@locals::boolean[]) AS is_local,
        generate_series(1, cardinality(@names)) AS place
) AS w
ORDER BY w.place
ON CONFLICT DO NOTHING
RETURNING location;
