package testgit

import (
	"cmp"
	"flag"
	"os"
)

// Cases sets how many random cases each property test of a package tries: BACKSIGHT_CASES or, if it
// is not set, `usual`. A package of tests calls it in init; the flag -rapid.checks of the command
// line is parsed later and takes precedence.
func Cases(usual string) {
	if err := flag.Set("rapid.checks", cmp.Or(os.Getenv("BACKSIGHT_CASES"), usual)); err != nil {
		panic("BACKSIGHT_CASES: " + err.Error())
	}
}
