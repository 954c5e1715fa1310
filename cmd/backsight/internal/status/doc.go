// Package status shows how far series have come: it prints the status of a series, and waits until
// the backfills of an insight are complete. The commands about insights and those about series
// share it. Read next: print.go, wait.go.
package status
