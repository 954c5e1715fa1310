// Command backsight shows how a code search looked over time.
//
// This package only parses the command line and turns errors into exit statuses: 0 done; 1 not
// done, or samples are partial or failed; 2 wrong usage. Each command, or group of commands, is a
// package below internal:
//
//	servecmd     up, api, worker, migrate, doctor: wire packages together on the server's machine
//	historycmd   history, inventory: the search engine without any service
//	repocmd      repo …       ⎫
//	insightcmd   insight …    ⎪ GraphQL clients of a running server
//	seriescmd    series …     ⎪
//	settingscmd  settings …   ⎭
//
// They share remote (the generated GraphQL client and its flags), output (tables and JSON), status
// (the progress of series) and memory (limits for searching processes).
//
// Non-goals: logic that the page or another client would have to repeat. Read next: main.go, then
// the package of a command.
package main
