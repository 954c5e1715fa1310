-- Who may see which private repository.

-- name: SetRepositoryPrivate :execrows
UPDATE repositories SET private = @private WHERE name = @name AND deleted_at IS NULL;

-- name: GrantRepository :one
WITH wanted AS (
    SELECT id FROM repositories WHERE name = @name AND deleted_at IS NULL
), granted AS (
    INSERT INTO repository_grants (repo_id, login)
    SELECT id, @login FROM wanted
    ON CONFLICT DO NOTHING
)
SELECT EXISTS (SELECT FROM wanted);

-- name: RevokeRepository :one
WITH wanted AS (
    SELECT id FROM repositories WHERE name = @name AND deleted_at IS NULL
), revoked AS (
    DELETE FROM repository_grants AS g USING wanted WHERE g.repo_id = wanted.id AND g.login = @login
)
SELECT EXISTS (SELECT FROM wanted);

-- Also deletes grants for removed repositories, because viewers with a grant still see the samples
-- of these repositories.
-- name: RevokeAll :exec
DELETE FROM repository_grants WHERE login = @login;

-- name: Grants :many
SELECT r.name, g.login, r.private
FROM repository_grants AS g
JOIN repositories AS r ON r.id = g.repo_id
WHERE r.deleted_at IS NULL AND (r.name, g.login) > (@after_name::text, @after_login::text)
    AND (@name::text = '' OR r.name = @name) AND (@login::text = '' OR g.login = @login)
ORDER BY r.name, g.login
LIMIT @row_limit;
