package store

import (
	"encoding/hex"

	"github.com/backsight/backsight/insights"
)

// objectID turns a hex object id into the bytes that the database holds; "" into none.
func objectID(id string) ([]byte, error) {
	if id == "" {
		return nil, nil
	}
	b, err := hex.DecodeString(id)
	if err != nil || (len(b) != 20 && len(b) != 32) {
		return nil, insights.Errorf(insights.Invalid, "object id %q: must have 40 or 64 hex digits", id)
	}
	return b, nil
}

func hexID(b []byte) string { return hex.EncodeToString(b) }
