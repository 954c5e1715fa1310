// Package output prints what commands show: tables, progress bars, sizes and durations to people,
// lines of JSON to programs. No function reads the clock, so tests can compare output with expected
// text. Read next: list.go.
package output
