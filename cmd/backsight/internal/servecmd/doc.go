// Package servecmd holds the commands that run on the server's machine: `up`, `api`, `worker`,
// `migrate` and `doctor`. They wire packages together and contain no logic that the page or another
// client would have to repeat.
//
// Read next: up.go for everything in one command, services.go for the connections that the services
// share.
package servecmd
