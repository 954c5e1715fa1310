// Package render draws what commands show to people: tables, a progress bar, sizes and durations. Programs get JSON,
// which does not come through here. Nothing in it depends on the wall clock, so output can be compared with golden files.
package render
