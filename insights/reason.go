package insights

import "slices"

// ReasonCode says why a sample is partial or failed, or why a series has a notice. People group by
// the code and read the text that comes with it. Codes are stored as they are here, and compared
// whole: no code is ever recognised by its text.
//
// An error that is classified by no code below gives its Code ("invalid", "internal", …).
type ReasonCode string

// Codes of samples that failed because of their repository.
const (
	ReasonRepositoryNotFound ReasonCode = "repository not found"
	ReasonRepositoryRemoved  ReasonCode = "repository removed"
	ReasonFetchFailed        ReasonCode = "fetch failed"
	ReasonNoBranch           ReasonCode = "no default branch"
	ReasonShallow            ReasonCode = "shallow history"
	ReasonUnreadable         ReasonCode = "unreadable repository"
	// ReasonQuarantined: the search killed its worker, or stopped answering, several times in a row.
	ReasonQuarantined ReasonCode = "quarantined"
)

// Codes of samples that a limit or a fault of the search made partial or failed. A missing or
// damaged git object has the class of its history.Fault as its code.
const (
	ReasonCountLimit    ReasonCode = "count limit"
	ReasonTimeout       ReasonCode = "timeout"
	ReasonTooManyValues ReasonCode = "too many distinct values"
	ReasonPanic         ReasonCode = "panic"
)

// Codes of samples that an operator ended.
const (
	ReasonCancelled  ReasonCode = "cancelled"
	ReasonTerminated ReasonCode = "terminated"
)

// Codes of notices about a series that no sample has.
const (
	// ReasonPlanning: the series' query or scope cannot be read.
	ReasonPlanning ReasonCode = "planning"
	// ReasonHistoryRewritten: samples stand at commits that the default branch no longer has.
	ReasonHistoryRewritten ReasonCode = "history rewritten"
)

// OperatorReasons are the codes of samples that an operator ended. Such a sample says nothing about the
// query or the repository.
var OperatorReasons = []ReasonCode{ReasonCancelled, ReasonTerminated}

// SeriesReasons are the codes of notices about a series as a whole, which no sample has.
var SeriesReasons = []ReasonCode{ReasonPlanning, ReasonHistoryRewritten}

// ByOperator reports whether the code is one of OperatorReasons.
func (c ReasonCode) ByOperator() bool { return slices.Contains(OperatorReasons, c) }
