// Package seriescmd holds the commands with which operators control series: `backsight series …`.
// Read next: series.go.
package seriescmd
