package main

import (
	"context"
	"strconv"
	"time"

	"github.com/backsight/backsight/store"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Bring the schema up to this program's."`
	Status migrateStatus `cmd:"" help:"List the migrations and when each was applied."`
}

type databaseFlags struct {
	DatabaseURL string `required:"" env:"BACKSIGHT_DATABASE_URL" help:"Postgres, as a URL." placeholder:"URL"`
	JSON        bool   `name:"json" help:"Print JSON, one object a line."`
}

type migrateUp struct{ databaseFlags }

func (*migrateUp) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… backsight migrate up"
}

func (c *migrateUp) Run(ctx context.Context, s *streams) error {
	if err := store.Migrate(ctx, c.DatabaseURL); err != nil {
		return err
	}
	return done(s, c.JSON, "the schema is up to date")
}

type migrateStatus struct{ databaseFlags }

func (*migrateStatus) Help() string {
	return "Example: BACKSIGHT_DATABASE_URL=postgres://… backsight migrate status"
}

// migration is what is shown of one.
type migration struct {
	Version   int64      `json:"version"`
	Name      string     `json:"name"`
	AppliedAt *time.Time `json:"appliedAt"`
}

func (c *migrateStatus) Run(ctx context.Context, s *streams) error {
	found, err := store.MigrationStatus(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	list := newListing(s, c.JSON, "VERSION", "NAME", "APPLIED")
	for _, m := range found {
		shown := migration{Version: m.Version, Name: m.Name}
		applied := "no"
		if !m.AppliedAt.IsZero() {
			shown.AppliedAt, applied = &m.AppliedAt, m.AppliedAt.UTC().Format(time.RFC3339)
		}
		if err := list.add(shown, strconv.FormatInt(m.Version, 10), m.Name, applied); err != nil {
			return err
		}
	}
	return list.end()
}
