package testdb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/jackc/pgx/v5"
)

const (
	databasePrefix = "test_"
	templatePrefix = "template_"
)

// A schema is what a template database holds: its name is a function of everything that makes it.
type schema struct {
	hash    string
	migrate func(ctx context.Context, databaseURL string) error
}

// hashFiles names the contents of files, by name and content, so that any change is another schema.
func hashFiles(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", path, len(content))
		sum.Write(content)
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil))[:20], err
}

// made remembers the templates that this process has seen: hash → *madeTemplate.
var made sync.Map

type madeTemplate struct {
	sync.Mutex
	done bool
}

// template returns the name of the schema's template database, and makes it if no test process has.
func (s *server) template(ctx context.Context, want schema) (string, error) {
	name := templatePrefix + want.hash
	entry, _ := made.LoadOrStore(want.hash, &madeTemplate{})
	once := entry.(*madeTemplate)
	once.Lock()
	defer once.Unlock()
	if once.done {
		return name, nil
	}
	err := s.admin(ctx, func(conn *pgx.Conn) error {
		// Test processes race for it; the lock goes with the connection.
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockKey(want.hash)); err != nil {
			return err
		}
		var ready bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)`, name).Scan(&ready); err != nil || ready {
			return err
		}
		return s.makeTemplate(ctx, conn, name, want)
	})
	if err != nil {
		return "", fmt.Errorf("template database %s: %w", name, err)
	}
	once.done = true
	return name, nil
}

func (s *server) makeTemplate(ctx context.Context, conn *pgx.Conn, name string, want schema) error {
	// One that is not marked as a template was left by a process that died, or by migrations that failed.
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+quote(name)+` WITH (FORCE)`); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+quote(name)); err != nil {
		return err
	}
	if err := want.migrate(ctx, s.databaseURL(name)); err != nil {
		return errors.Join(errors.New("the migrations failed"), err)
	}
	// No connections: Postgres does not copy a database that somebody is connected to.
	_, err := conn.Exec(ctx, `ALTER DATABASE `+quote(name)+` WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`)
	return err
}

func lockKey(hash string) int64 {
	sum := sha256.Sum256([]byte(hash))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
