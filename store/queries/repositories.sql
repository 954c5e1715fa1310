-- name: AddRepoName :exec
INSERT INTO repo_names (name)
SELECT @name::text
WHERE NOT EXISTS (SELECT FROM repo_names WHERE name = @name)
ON CONFLICT (name) DO NOTHING;

-- AddRepository returns no row when the name or the location is taken.
-- name: AddRepository :execrows
INSERT INTO repositories (name, location, is_local, private)
VALUES (@name, @location, @is_local, @private)
ON CONFLICT DO NOTHING;

-- name: RepositoryByLocation :one
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.location = @location AND r.deleted_at IS NULL;

-- name: RepositoryByName :one
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.name = @name AND r.deleted_at IS NULL;

-- Removed repositories too: samples and points go on naming them.
-- name: RepositoriesByID :many
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.id = ANY (@ids::integer[]);

-- name: Repositories :many
SELECT sqlc.embed(r), m.last_indexed_at
FROM repositories AS r
LEFT JOIN commit_index_metadata AS m ON m.repo_id = r.id
WHERE r.deleted_at IS NULL AND r.name > @after
    AND (@name_pattern::text = '' OR r.name ~ @name_pattern)
    AND (@sees_all::boolean OR NOT r.private OR r.id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text))
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
SELECT count(*) FROM repositories
WHERE deleted_at IS NULL AND (@name_pattern::text = '' OR name ~ @name_pattern)
    AND (@sees_all::boolean OR NOT private OR id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text));

-- What a scope can choose from. With all_names false only the given names.
-- name: ScopeCandidates :many
SELECT id, name, fork, archived FROM repositories
WHERE id > @after AND deleted_at IS NULL AND (@all_names::boolean OR name = ANY (@names::text[]))
ORDER BY id
LIMIT @row_limit;

-- name: MissingRepositories :many
SELECT wanted.name::text
FROM unnest(@names::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM repositories AS r WHERE r.name = wanted.name AND r.deleted_at IS NULL
    AND (@sees_all::boolean OR NOT r.private OR r.id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = @login::text)))
ORDER BY wanted.name;

-- name: RemoveRepository :execrows
UPDATE repositories SET deleted_at = now() WHERE name = @name AND deleted_at IS NULL;

-- name: RecordSync :execrows
UPDATE repositories
SET default_branch = @default_branch, head = @head, size_bytes = @size_bytes, fetched_at = @at, error = NULL, error_at = NULL
WHERE id = @id;

-- A failed sync keeps what the last successful one learned.
-- name: RecordSyncFailure :execrows
UPDATE repositories SET error = @error, error_at = @at WHERE id = @id;

-- name: SetRepositoryTraits :execrows
UPDATE repositories SET fork = @fork, archived = @archived, private = @private WHERE id = @id;
