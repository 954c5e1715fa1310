package output

import "fmt"

// Count returns a number with its noun: "1 commit", "2 commits".
func Count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
