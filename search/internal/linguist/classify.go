package linguist

import "math"

// Classify returns the candidate whose sample tokens are most similar to the content's, by naive
// Bayes. Of equally likely candidates, it returns the first. It returns "" if no candidate has
// samples. It is derived from enry's classifier.go (Apache License 2.0).
func Classify(content []byte, candidates []string) (best string) {
	tokens := tokenize(content)
	table := tokenTable()
	unseen := math.Log(1 / table.total)
	most := math.Inf(-1)
	for _, name := range candidates {
		section, ok := table.languages[name]
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
