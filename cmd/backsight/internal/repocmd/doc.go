// Package repocmd holds the commands about repositories: `backsight repo …`. Read next: repo.go,
// access.go.
package repocmd
