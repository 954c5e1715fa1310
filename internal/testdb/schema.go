package testdb

import (
	"fmt"
	"sync"

	"github.com/backsight/backsight/migrations"
	"github.com/backsight/backsight/store"
)

// productSchema is the schema that the product's migrations create.
var productSchema = sync.OnceValues(func() (schema, error) {
	hash, err := hashFiles(migrations.FS)
	if err != nil {
		return schema{}, fmt.Errorf("hash the migrations: %w", err)
	}
	return schema{hash: hash, migrate: store.Migrate}, nil
})
