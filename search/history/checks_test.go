package history

import "flag"

// Histories are small and take about ten milliseconds each, so more are tried than rapid's 100. A flag on the command
// line comes later and wins.
func init() {
	if err := flag.Set("rapid.checks", "300"); err != nil {
		panic(err)
	}
}
