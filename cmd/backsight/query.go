package main

import "strings"

// attachQueries returns the arguments, with each query that begins with a minus, such as
// -file:vendor, attached to its flag as --query=QUERY. kong would read such a query as a flag.
// Arguments after "--" stay as they are.
func attachQueries(args []string) []string {
	var attached []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(attached, args[i:]...)
		}
		if (args[i] == "-q" || args[i] == "--query") && i+1 < len(args) && isQuery(args[i+1]) {
			attached = append(attached, "--query="+args[i+1])
			i++
			continue
		}
		attached = append(attached, args[i])
	}
	return attached
}

// isQuery says whether an argument after -q begins with a minus and is nevertheless a query. The
// texts "-", "--", -q and -h are no queries, and neither are long flags, which begin with two
// minuses and a letter from a to z.
func isQuery(arg string) bool {
	text, minus := strings.CutPrefix(arg, "-")
	if !minus || text == "" || arg == "-q" || arg == "-h" {
		return false
	}
	long, two := strings.CutPrefix(text, "-")
	return !two || long != "" && !(long[0] >= 'a' && long[0] <= 'z')
}
