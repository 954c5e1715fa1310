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

// A schema describes the content of a template database. `migrate` creates the content, and `hash`
// is a hash of everything that determines it.
type schema struct {
	hash    string
	migrate func(ctx context.Context, databaseURL string) error
}

// hashFiles returns a hash of the names and contents of files.
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

// made maps the hash of each template that this process has found or created to its *madeTemplate.
var made sync.Map

type madeTemplate struct {
	sync.Mutex
	done bool
}

// template returns the name of the schema's template database. It creates the database if it does
// not exist.
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
		// Several test processes may do this concurrently. Closing the connection releases the
		// lock.
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
	// A database that is not marked as a template is incomplete: the process that created it was
	// killed, or its migrations failed.
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+quote(name)+` WITH (FORCE)`); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+quote(name)); err != nil {
		return err
	}
	if err := want.migrate(ctx, s.databaseURL(name)); err != nil {
		return errors.Join(errors.New("the migrations failed"), err)
	}
	// Connections are forbidden because Postgres does not copy a database that has any.
	_, err := conn.Exec(ctx, `ALTER DATABASE `+quote(name)+` WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`)
	return err
}

func lockKey(hash string) int64 {
	sum := sha256.Sum256([]byte(hash))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
