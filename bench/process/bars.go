package process

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Bars collects the claims that a benchmark checks. A claim is that a measured number is at least
// or at most another number, its bar. AtLeast and AtMost print each number with its bar. Print
// repeats the claims at the end, one per line, each with "held", "missed" or "not run". The zero
// value is ready for use.
type Bars struct{ lines []string }

// AtLeast prints a number that should not be below its bar, and adds the claim. With a bar of 0, it
// only prints the number. `note` is text that follows the number, for example a unit.
func (b *Bars) AtLeast(what string, got, bar float64, note string) {
	b.add(what, number(got)+note, bar, "at least ", got >= bar)
}

// AtMost prints a number that should not be above its bar, and adds the claim. With a bar of 0, it
// only prints the number. `note` is text that follows the number, for example a unit.
func (b *Bars) AtMost(what string, got, bar float64, note string) {
	b.add(what, number(got)+note, bar, "at most ", got <= bar)
}

func (b *Bars) add(what, got string, bar float64, side string, held bool) {
	if bar == 0 {
		fmt.Printf("  %s: %s\n", what, got)
		return
	}
	line := fmt.Sprintf("%s: %s, bar: %s%s", what, got, side, strconv.FormatFloat(bar, 'f', -1, 64))
	fmt.Println("  " + line)
	verdict := "held    "
	if !held {
		verdict = "missed  "
	}
	b.lines = append(b.lines, verdict+line)
}

// NotRun adds a claim that the benchmark could not check.
func (b *Bars) NotRun(what, why string) { b.lines = append(b.lines, "not run "+what+": "+why) }

// Print prints all claims.
func (b *Bars) Print() {
	for i, line := range b.lines {
		if i == 0 {
			fmt.Println()
		}
		fmt.Println(line)
	}
}

// number formats a whole number without decimals, and any other number with two decimals below 10,
// one decimal below 100, and none from 100 on.
func number(v float64) string {
	if v == math.Trunc(v) {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	decimals := 2
	for limit := 10.0; v >= limit && decimals > 0; limit *= 10 {
		decimals--
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// Median returns the middle value, or the greater one if there are two middle values.
func Median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
