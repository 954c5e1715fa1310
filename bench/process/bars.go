package process

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Bars are the claims that a benchmark checks. Each is printed when it is known, beside its bar, and again in the end, one line each: "held",
// "missed" or "not run". The zero Bars is ready.
type Bars struct{ lines []string }

// AtLeast is a number that should not be below its bar; a bar of 0 is none. note follows the number, such as a unit.
func (b *Bars) AtLeast(what string, got, bar float64, note string) {
	b.add(what, number(got)+note, bar, "at least ", got >= bar)
}

// AtMost is a number that should not be above its bar; a bar of 0 is none.
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

// NotRun is a claim that could not be checked.
func (b *Bars) NotRun(what, why string) { b.lines = append(b.lines, "not run "+what+": "+why) }

// Print prints the verdicts.
func (b *Bars) Print() {
	for i, line := range b.lines {
		if i == 0 {
			fmt.Println()
		}
		fmt.Println(line)
	}
}

// number has three digits or more, unless it is a count.
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

// Median returns the middle one, of an even number the upper one.
func Median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
