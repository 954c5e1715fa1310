package process

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Query is a search in the query languages of Backsight and git grep.
type Query struct {
	Name      string
	Backsight string
	Git       []string // flags and pattern of git grep with the same meaning
}

// Queries are typical queries. Each depends on a different optimisation of the engine.
var Queries = []Query{
	{"literal", `TODO case:yes`, []string{"-F", "-e", "TODO"}},
	{"any-case", `deprecated`, []string{"-i", "-F", "-e", "deprecated"}},
	{"rare", `ErrClosed case:yes`, []string{"-F", "-e", "ErrClosed"}},
	{"regexp", `patterntype:regexp case:yes [a-z]+Context\(`, []string{"-P", "-e", `[a-z]+Context\(`}},
	// The only text that every match of this query contains is one byte, so an index cannot rule
	// out files. The query does not use \s, because a line of git grep contains no line feed, while
	// Backsight may match across line feeds.
	{"no-text", `patterntype:regexp case:yes \w+[\t ]*\(`, []string{"-P", "-e", `\w+[\t ]*\(`}},
}

// Sample is a line of the output of `backsight history --json`.
type Sample struct {
	Repository string
	Time       string
	Commit     string
	Outcome    string
	Reason     string
	Value      *int64
}

// Samples parses the output of `backsight history --json`.
func Samples(lines []byte) (samples []Sample, err error) {
	for d := json.NewDecoder(bytes.NewReader(lines)); d.More(); {
		var s Sample
		if err := d.Decode(&s); err != nil {
			return nil, fmt.Errorf("backsight's output: %w", err)
		}
		samples = append(samples, s)
	}
	return samples, nil
}
