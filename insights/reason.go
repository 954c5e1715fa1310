package insights

import "slices"

// ReasonCode says why a sample is partial or failed, or why a series has a notice. Users group by
// the code and read the text that comes with it. Codes are stored with these spellings and are
// compared as a whole; no code is ever recognised by a part of its text.
//
// An error that has none of the codes below gets its Code as its reason code ("invalid",
// "internal", …).
type ReasonCode string

// Codes of samples that failed because of their repository. ReasonShallow is also a code of partial
// samples.
const (
	ReasonRepositoryNotFound ReasonCode = "repository not found"
	ReasonRepositoryRemoved  ReasonCode = "repository removed"
	ReasonFetchFailed        ReasonCode = "fetch failed"
	ReasonNoBranch           ReasonCode = "no default branch"
	ReasonShallow            ReasonCode = "shallow history"
	ReasonUnreadable         ReasonCode = "unreadable repository"
	// ReasonQuarantined: the search crashed its worker or stopped answering three times in a row.
	ReasonQuarantined ReasonCode = "quarantined"
)

// Codes of samples that became partial or failed because of a limit or a fault of the search. For a
// missing or damaged git object, the code is the class of the history.Fault.
const (
	ReasonCountLimit    ReasonCode = "count limit"
	ReasonTimeout       ReasonCode = "timeout"
	ReasonTooManyValues ReasonCode = "too many distinct values"
	// ReasonTooManyMatches: the value is above history.MaxValue.
	ReasonTooManyMatches ReasonCode = "too many matches"
	ReasonPanic          ReasonCode = "panic"
)

// Codes of samples that an operator ended.
const (
	ReasonCancelled  ReasonCode = "cancelled"
	ReasonTerminated ReasonCode = "terminated"
)

// Codes that only notices about a series have, and no sample.
const (
	// ReasonPlanning: the series' query or scope cannot be read.
	ReasonPlanning ReasonCode = "planning"
	// ReasonHistoryRewritten: the past of a repository changed, for example by a force-push or by a
	// late push of older commits, and the series has samples at other commits than those as of
	// their times.
	ReasonHistoryRewritten ReasonCode = "history rewritten"
)

// OperatorReasons are the codes of samples that an operator ended. Such a sample says nothing about
// the query or the repository.
var OperatorReasons = []ReasonCode{ReasonCancelled, ReasonTerminated}

// SeriesReasons are the codes that only notices about a series have, and no sample.
var SeriesReasons = []ReasonCode{ReasonPlanning, ReasonHistoryRewritten}

// ByOperator reports whether the code is one of OperatorReasons.
func (c ReasonCode) ByOperator() bool { return slices.Contains(OperatorReasons, c) }
