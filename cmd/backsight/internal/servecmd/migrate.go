package servecmd

import (
	"context"
	"strconv"
	"time"

	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/store"
)

// MigrateCommand is the group `backsight migrate`.
type MigrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Migrate the schema of the database to the version of this program."`
	Status migrateStatus `cmd:"" help:"List the migrations and when each was applied."`
}

type databaseFlags struct {
	DatabaseURL string `required:"" env:"BACKSIGHT_DATABASE_URL" help:"The URL of the Postgres database." placeholder:"URL"`
	JSON        bool   `name:"json" help:"Print JSON, one object per line."`
}

type migrateUp struct{ databaseFlags }

func (*migrateUp) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… backsight migrate up"
}

func (c *migrateUp) Run(ctx context.Context, s *output.Streams) error {
	if err := store.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	return output.Done(s, c.JSON, "the schema is up to date")
}

type migrateStatus struct{ databaseFlags }

func (*migrateStatus) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… backsight migrate status"
}

// migration is a line of JSON.
type migration struct {
	Version   int64      `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"appliedAt"`
}

func (c *migrateStatus) Run(ctx context.Context, s *output.Streams) error {
	found, err := store.MigrationStatus(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	list := output.NewList(s, c.JSON, "VERSION", "NAME", "APPLIED")
	for _, m := range found {
		shown := migration{Version: m.Version, Name: m.Name}
		applied := "no"
		if !m.AppliedAt.IsZero() {
			shown.AppliedAt, applied = &m.AppliedAt, m.AppliedAt.UTC().Format(time.RFC3339)
		}
		if err := list.Add(shown, strconv.FormatInt(m.Version, 10), m.Name, applied); err != nil {
			return err
		}
	}
	return list.End()
}
