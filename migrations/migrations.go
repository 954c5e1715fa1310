// Package migrations embeds the database schema as goose SQL files. store.Migrate applies them.
// Each file has a number of its own: goose refuses two files with the same number.
package migrations

import "embed"

// FS holds the migration files, NNNNN_name.sql at its root.
//
//go:embed *.sql
var FS embed.FS
