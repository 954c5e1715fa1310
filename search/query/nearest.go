package query

import "strings"

// nearest returns the word that the user most likely meant: the one with the fewest edits, at most
// one if both words have up to five bytes, else at most two. A difference in case is not an edit.
// It returns false if there is no such word.
func nearest(wrong string, words []string) (string, bool) {
	wrong = strings.ToLower(wrong)
	best, found := "", false
	fewest := 3
	for _, w := range words {
		limit := 1
		if max(len(wrong), len(w)) > 5 {
			limit = 2
		}
		if d := distance(wrong, strings.ToLower(w), limit); d <= limit && d < fewest {
			best, found, fewest = w, true, d
		}
	}
	return best, found
}

// distance returns the number of insertions, deletions, substitutions and swaps of adjacent
// characters that turn a into b. If that exceeds limit, it returns some number above limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	rows := [3][]int{make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)}
	before, above, row := rows[0], rows[1], rows[2]
	for j := range above {
		above[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(y)]
}
