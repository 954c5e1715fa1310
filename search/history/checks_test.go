package history

import (
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/history/values"
)

// sameResults compares results of different searches. Values are compared by content, however they
// are stored.
var sameResults = gocmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Result{}, "Unread"), gocmp.Transformer("Map", values.Values.Map)}

// Histories are small and take tens of milliseconds each, so the tests try more than rapid's
// default of 100.
func init() { testgit.Cases("300") }
