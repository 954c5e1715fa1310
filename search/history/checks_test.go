package history

import (
	"cmp"
	"flag"
	"os"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backsight/backsight/search/history/values"
)

// sameResults compares results of different searches. Values are compared by content, however they
// are stored.
var sameResults = gocmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Result{}, "Unread"), gocmp.Transformer("Map", values.Values.Map)}

// Histories are small and take tens of milliseconds each, so the tests try more than rapid's
// default of 100. BACKSIGHT_CASES sets the number for a long run; a flag on the command line is
// parsed later and takes precedence.
func init() {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("BACKSIGHT_CASES"), "300")); err != nil {
		panic("BACKSIGHT_CASES: " + err.Error())
	}
}
