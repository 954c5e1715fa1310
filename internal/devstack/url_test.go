package devstack

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// A data directory can have any name.
func TestDatabaseURLNamesTheSocketsFolder(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"/srv/backsight/run", "/srv/my data/run", "/srv/a+b/run", "/srv/100%25/run", "/srv/a&b=c/run", "/srv/a#b?c/run", "/srv/ä'\"\\/run"} {
		config, err := pgx.ParseConfig((&Postgres{socketDir: dir}).DatabaseURL("backsight"))
		require.NoError(t, err, dir)
		require.Equal(t, dir, config.Host)
		require.Equal(t, uint16(socketPort), config.Port)
		require.Equal(t, "backsight", config.Database)
	}
}
