-- +goose Up

-- Every name that a repository has or had (the reference's table). A point keeps the name of its moment, so a rename
-- does not rewrite history.
CREATE TABLE repo_names (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

-- What Backsight knows of each repository. A local path is read where it is and never written; a clone URL is
-- mirrored below the data directory of each worker that needs it, under mirrors/<id>.git.
CREATE TABLE repositories (
    id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text NOT NULL REFERENCES repo_names (name),
    location       text NOT NULL,                 -- absolute path or clone URL
    is_local       boolean NOT NULL,
    default_branch text,                          -- full ref name; NULL: not read yet
    head           bytea,                         -- tip of the default branch; NULL: none, or not read yet
    size_bytes     bigint NOT NULL DEFAULT 0,     -- of the object store, at the last sync
    fork           boolean NOT NULL DEFAULT false,
    archived       boolean NOT NULL DEFAULT false,
    private        boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    fetched_at     timestamptz,                   -- last successful sync
    error          text,                          -- of the last sync, NULL when it succeeded
    error_at       timestamptz,
    deleted_at     timestamptz
);
-- A removed repository keeps its row (points refer to it) and frees its name and location.
CREATE UNIQUE INDEX repositories_name ON repositories (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX repositories_location ON repositories (location) WHERE deleted_at IS NULL;

-- The whole first-parent history of each default branch. seq counts from the root (0) to the tip. "The commit as of T"
-- is the one with the greatest seq whose committed_at is at or before T. Where dates are not monotone a later
-- commit hides earlier ones with later dates: those are shadowed, and the rest is in the same order by seq and
-- by committed_at. So the as-of commit is one index look-up: the greatest committed_at <= T of those not shadowed.
CREATE TABLE commit_index (
    repo_id      integer NOT NULL REFERENCES repositories (id),
    seq          integer NOT NULL,
    commit_bytea bytea NOT NULL,
    committed_at timestamptz NOT NULL,
    shadowed     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (repo_id, seq)
);
CREATE UNIQUE INDEX commit_index_as_of ON commit_index (repo_id, committed_at) INCLUDE (commit_bytea) WHERE NOT shadowed;

CREATE TABLE commit_index_metadata (
    repo_id         integer PRIMARY KEY REFERENCES repositories (id),
    enabled         boolean NOT NULL DEFAULT true,
    -- The repository was read at this moment: frames after it are not compressed, for a commit may have come since.
    last_indexed_at timestamptz NOT NULL,
    -- Frames before this moment are not compressed: the index holds no history from before it. NULL: it holds all.
    oldest_complete timestamptz
);

-- +goose Down
DROP TABLE commit_index_metadata, commit_index, repositories, repo_names;
