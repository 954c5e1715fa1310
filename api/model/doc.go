// Package model holds the Go types of the GraphQL schema that carry more than their fields show: instants, and series,
// whose costly fields are loaded for a whole page at once. All others are generated (package generated).
//
// The package knows neither the store nor Temporal: package api fills its types. Read next: series.go, then package api.
package model
