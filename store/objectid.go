package store

import (
	"encoding/hex"

	"github.com/backsight/backsight/insights"
)

// objectID returns the bytes of a hex object id, as the database stores them; nil for "".
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
