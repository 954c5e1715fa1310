-- +goose Up

-- The login of the person who created the view, who may change and delete it. '': the view was
-- created without an authenticating proxy, so only administrators may change it.
ALTER TABLE insight_view ADD COLUMN owner text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE insight_view DROP COLUMN owner;
