// Package remote is the command line's client of a running server: GraphQL over HTTP.
//
// Invariants: every error is an *insights.Error that says what to do; a server that cannot be reached is named, with the
// command that starts one.
//
// Non-goals: no retries (a person or a script decides), no subscriptions (commands poll). Read next: client.go.
package remote
