// Package insightcmd holds the commands about insights: `backsight insight …`. Read next:
// insight.go, create.go, points.go.
package insightcmd
