// Package migrations holds the database schema as goose SQL files, embedded. Package store applies
// them (store.Migrate); a number is taken once, so two people who write a migration at a time
// notice it.
package migrations

import "embed"

// FS holds the migration files, NNNNN_name.sql at its root.
//
//go:embed *.sql
var FS embed.FS
