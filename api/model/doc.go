// Package model holds the Go types of the GraphQL schema that are not generated: DateTime, and
// series, whose costly fields are loaded for a whole page at once. All other types are in package
// generated.
//
// The package makes no calls to the store or to Temporal; package api fills its types. Read next:
// series.go, then package api.
package model
