package insights

import (
	"errors"
	"fmt"
)

// Code classifies an error for the one who has to act on it. It is mapped once to GraphQL's extensions.code, once
// to a command's exit status and once to Temporal's non-retryable error types.
type Code string

// The codes. Invalid, NotFound, Conflict and Forbidden are the caller's to mend and are never retried;
// Unavailable is worth retrying; Internal is a defect of ours.
const (
	Invalid     Code = "invalid"
	NotFound    Code = "not_found"
	Conflict    Code = "conflict"
	Forbidden   Code = "forbidden"
	Unavailable Code = "unavailable"
	Internal    Code = "internal"
)

// Retryable reports whether trying again without a change can help.
func (c Code) Retryable() bool { return c == Unavailable || c == Internal }

// Error is an error whose message may be shown to a person.
type Error struct {
	Code    Code
	Message string // a sentence that says what is wrong and, where one is known, what to do
	Cause   error  // may be nil; never shown to API clients
}

// Errorf makes an Error. A %w verb in format sets the cause as fmt.Errorf does.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), Cause: errors.Unwrap(wrapped)}
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Cause }

// ErrorCode returns the code of the first Error in err's chain, Internal where there is none, and "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
