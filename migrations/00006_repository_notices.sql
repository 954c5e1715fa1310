-- +goose Up

-- What people should know about the repository, one notice in each line, as the last successful
-- sync found it: for example, that people may expect another branch to be searched than the default
-- branch.
ALTER TABLE repositories ADD COLUMN notices text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE repositories DROP COLUMN notices;
