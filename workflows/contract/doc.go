// Package contract is what the workflows and their callers agree on: the names of workflows,
// messages, queries, search attributes and task queues, the payloads, and a typed client.
//
// The API, the command line, the worker and package workflows import it. Of this module, it imports
// only package insights, so that callers do not link the code that uses git and searches.
//
// The histories of running workflows contain names and JSON fields of this package. A workflow
// type, a message or a JSON field must not be renamed after it has been released.
//
// Read next: messages.go, then client.go; package workflows for the code that receives the
// messages.
package contract
