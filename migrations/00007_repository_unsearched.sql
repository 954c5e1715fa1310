-- +goose Up

-- A sentence about the files at the tip of the default branch that are not searched because they
-- are binary, although their names are those of texts. The history index knows these files, so the
-- sentence is as of the last time that the index was brought up to date. '': none are known.
ALTER TABLE repositories ADD COLUMN unsearched text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE repositories DROP COLUMN unsearched;
