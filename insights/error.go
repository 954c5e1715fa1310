package insights

import (
	"errors"
	"fmt"
)

// Code classifies an error by who can act on it. Other packages map it, in one place each, to
// extensions.code of GraphQL, to a command's exit status and to Temporal's non-retryable error
// types.
type Code string

// The codes. Callers can fix the cause of Invalid, NotFound, Conflict and Forbidden; another
// attempt without a change fails again. Unavailable is expected to end by itself. Internal is a
// defect of Backsight, which another attempt may avoid.
const (
	Invalid     Code = "invalid"
	NotFound    Code = "not_found"
	Conflict    Code = "conflict"
	Forbidden   Code = "forbidden"
	Unavailable Code = "unavailable"
	Internal    Code = "internal"
)

// Retryable reports whether another attempt without a change can succeed.
func (c Code) Retryable() bool { return c == Unavailable || c == Internal }

// Error is an error whose message may be shown to users.
type Error struct {
	Code    Code
	Message string // says what is wrong and, if known, what to do
	Cause   error  // may be nil; Message often ends with its text
}

// Errorf returns an Error. A %w verb in format sets the cause, as in fmt.Errorf.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), Cause: errors.Unwrap(wrapped)}
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Cause }

// ErrorCode returns the code of the first Error in err's chain. It returns Internal if the chain
// has no Error, and "" if err is nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
