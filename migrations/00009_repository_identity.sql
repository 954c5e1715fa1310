-- +goose Up

-- What insights.RepositoryIdentity derives from the location: spellings of one location, such as
-- https://host/a/b.git and git@host:a/b, have the same identity. No two repositories that are not
-- removed have the same one, so a private repository cannot be registered again by another
-- spelling. A removed repository that is registered again gets its row back.
-- NULL: another repository had the same identity when this column was added.
ALTER TABLE repositories ADD COLUMN identity text;

-- Existing rows get nearly what RepositoryIdentity returns. Their exact location identifies them,
-- too.
UPDATE repositories AS r SET identity = w.identity
FROM (
    SELECT DISTINCT ON (identity) id, identity
    FROM (
        SELECT id, deleted_at IS NOT NULL AS removed, CASE
            WHEN is_local THEN location
            ELSE regexp_replace(regexp_replace(regexp_replace(location,
                '^[A-Za-z][A-Za-z0-9+.-]*://([^/@]*@)?', ''), '^(?:[^/@:]*@)?([^/:@]+):(?![0-9]+/)', '\1/'), '(\.git)?/*$', '')
        END AS identity
        FROM repositories
    ) AS all_of_them
    ORDER BY identity, removed, id DESC
) AS w
WHERE w.id = r.id;

CREATE UNIQUE INDEX repositories_identity ON repositories (identity) WHERE deleted_at IS NULL;
-- for removed repositories, and for look-ups of all
CREATE INDEX repositories_every_identity ON repositories (identity);
CREATE INDEX repositories_every_location ON repositories (location);

-- +goose Down
DROP INDEX repositories_every_location, repositories_every_identity;
DROP INDEX repositories_identity;
ALTER TABLE repositories DROP COLUMN identity;
