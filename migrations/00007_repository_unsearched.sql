-- +goose Up

-- A sentence about the files at the tip of the default branch that are not searched because they
-- are binary, although their names are those of texts. The sentence comes from a worker's history
-- index, and is as of the last time that this index was brought up to date. '': no such files are
-- known.
ALTER TABLE repositories ADD COLUMN unsearched text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE repositories DROP COLUMN unsearched;
