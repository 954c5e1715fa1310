package linguist

import (
	"math"
	"path"
	"strings"

	"github.com/go-enry/go-enry/v2/data"
)

// ByContent is the languages that rules for the file's extension find in the
// content; none where no rule is for it or matches.
func ByContent(file string, content []byte) []string {
	rules, ok := data.ContentHeuristics[strings.ToLower(path.Ext(file))]
	if !ok {
		return nil
	}
	return rules.Match(content)
}

// IsVendor reports whether a path tells that a file is others' work.
func IsVendor(file string) bool { return data.FastVendorMatcher.MatchString(file) }

// Classify is the candidate whose samples' tokens are most like the content's, by
// naive Bayes; of equals the first. It is empty if no candidate has samples.
// It is derived from enry's classifier.go (Apache License 2.0).
func Classify(content []byte, candidates []string) (best string) {
	tokens := tokenize(content)
	unseen := math.Log(1 / data.TokensTotal)
	most := math.Inf(-1)
	for _, name := range candidates {
		section, ok := languages()[name]
		if !ok {
			continue
		}
		p := section()
		var sum float64
		for _, token := range tokens {
			if log, ok := p.tokens[token]; ok {
				sum += log
			} else {
				sum += unseen
			}
		}
		if score := p.language + sum; score > most {
			best, most = name, score
		}
	}
	return best
}
