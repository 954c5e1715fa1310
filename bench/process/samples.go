package process

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Query is a search in two languages.
type Query struct {
	Name      string
	Backsight string
	Git       []string // flags and pattern of git grep with the same meaning
}

// Queries are what people count, in the ways in which an engine can be fast, and so wrong.
var Queries = []Query{
	{"literal", `TODO case:yes`, []string{"-F", "-e", "TODO"}},
	{"any-case", `deprecated`, []string{"-i", "-F", "-e", "deprecated"}},
	{"rare", `ErrClosed case:yes`, []string{"-F", "-e", "ErrClosed"}},
	{"regexp", `patterntype:regexp case:yes [a-z]+Context\(`, []string{"-P", "-e", `[a-z]+Context\(`}},
	// No text that every match holds. Not \s: grep's lines hold no line feed, ours may match across it.
	{"no-text", `patterntype:regexp case:yes \w+[\t ]*\(`, []string{"-P", "-e", `\w+[\t ]*\(`}},
}

// Sample is a line of backsight's JSON.
type Sample struct {
	Repository string
	Time       string
	Commit     string
	Outcome    string
	Reason     string
	Value      *int64
}

// Samples reads what `backsight history --json` printed.
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
