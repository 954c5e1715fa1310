package history

import (
	"cmp"
	"flag"
	"os"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backsight/backsight/search/history/values"
)

// sameResults compares results: values by what they hold, however they were found.
var sameResults = gocmp.Options{cmpopts.EquateEmpty(), gocmp.Transformer("Map", values.Values.Map)}

// Histories are small and take some tens of milliseconds each, so more are tried than rapid's 100. BACKSIGHT_CASES says how many,
// for a long run; a flag on the command line comes later and wins.
func init() {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("BACKSIGHT_CASES"), "300")); err != nil {
		panic("BACKSIGHT_CASES: " + err.Error())
	}
}
