-- +goose Up

-- Every name that a repository has or had. A row of the ledger keeps the name that the repository
-- had when the row was made, so a rename does not rewrite history.
CREATE TABLE repo_names (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

-- The repositories that Backsight searches. A repository at a local path is read in place and never
-- written. A repository with a clone URL has a mirror on each worker that needs it, in the folder
-- mirrors/<id>.git of the worker's data directory.
CREATE TABLE repositories (
    id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text NOT NULL REFERENCES repo_names (name),
    location       text NOT NULL,                 -- absolute path or clone URL
    is_local       boolean NOT NULL,
    default_branch text,                          -- full ref name; NULL: none, or not read yet
    -- tip of the default branch; NULL: none, or not read yet
    head           bytea,
    size_bytes     bigint NOT NULL DEFAULT 0,     -- of the object store, as last measured
    fork           boolean NOT NULL DEFAULT false,
    archived       boolean NOT NULL DEFAULT false,
    private        boolean NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    fetched_at     timestamptz,                   -- last successful sync that was recorded
    error          text,                          -- of the last sync, if it failed
    error_at       timestamptz,
    -- When a sync last found that the past of the first-parent history had changed: it had lost
    -- commits, for example by a force-push, or a commit that was pushed late changed samples. NULL:
    -- never.
    rewritten_at   timestamptz,
    deleted_at     timestamptz
) WITH (fillfactor = 80); -- syncs update the rows
-- A removed repository keeps its row, because samples refer to it, and frees its name and location.
CREATE UNIQUE INDEX repositories_name ON repositories (name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX repositories_location ON repositories (location) WHERE deleted_at IS NULL;

-- The viewers who may see a private repository, by the login that the authenticating proxy sends.
-- Administrators see every repository.
CREATE TABLE repository_grants (
    repo_id integer NOT NULL REFERENCES repositories (id),
    login   text NOT NULL,
    PRIMARY KEY (login, repo_id)
);

-- The only rule that decides which viewer sees which repository. Statements call this function in
-- their FROM clause, so that Postgres inlines it.
-- +goose StatementBegin
CREATE FUNCTION visible_repositories(sees_all boolean, viewer text) RETURNS SETOF repositories
LANGUAGE sql STABLE AS $$
    SELECT * FROM repositories AS r
    WHERE sees_all OR NOT r.private
        OR r.id IN (SELECT g.repo_id FROM repository_grants AS g WHERE g.login = viewer)
$$;
-- +goose StatementEnd

-- The first-parent history of each default branch. seq counts from the root commit (0) to the tip.
-- The commit as of time T is the one with the greatest seq whose committed_at is at or before T.
-- Where commit dates do not ascend, a later commit hides earlier ones with the same or later dates.
-- Without hidden commits, the order by seq is the order by committed_at, so that the commit as of T
-- is one index look-up: the greatest committed_at <= T among commits that are not hidden.
CREATE TABLE commit_index (
    repo_id      integer NOT NULL REFERENCES repositories (id),
    seq          integer NOT NULL,
    commit_bytea bytea NOT NULL,
    committed_at timestamptz NOT NULL,
    hidden       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (repo_id, seq)
);
CREATE UNIQUE INDEX commit_index_as_of ON commit_index (repo_id, committed_at) INCLUDE (commit_bytea) WHERE NOT hidden;

CREATE TABLE commit_index_metadata (
    repo_id         integer PRIMARY KEY REFERENCES repositories (id),
    -- The index is complete for every time up to this one: when the repository was last read.
    -- Samples at later times are not compressed, because a commit may have been added since.
    last_indexed_at timestamptz NOT NULL
) WITH (fillfactor = 80); -- syncs update the rows

-- +goose Down
DROP FUNCTION visible_repositories;
DROP TABLE commit_index_metadata, commit_index, repository_grants, repositories, repo_names;
