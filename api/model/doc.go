// Package model holds the Go types of the GraphQL schema. models_gen.go is generated (make generate); the other
// files hold the types that carry more than their fields show. The package knows neither the store nor Temporal:
// package api fills these types. Read next: package api.
package model
