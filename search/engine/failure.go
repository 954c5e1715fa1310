package engine

import (
	"context"
	"errors"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
)

// Failure is an error that only concerns one repository: the remaining samples of that repository
// become failed or, after a timeout, partial. Other repositories are not affected.
type Failure struct {
	Code insights.ReasonCode
	Err  error
}

func (f *Failure) Error() string { return f.Err.Error() }

func (f *Failure) Unwrap() error { return f.Err }

// Fail makes a Failure of err. It returns err itself when err is nil or ctx has ended.
func Fail(ctx context.Context, code insights.ReasonCode, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &Failure{code, err}
}

// AsFailure returns the Failure in err's chain, or nil.
func AsFailure(err error) *Failure {
	failure, _ := errors.AsType[*Failure](err)
	return failure
}

// FailureOf returns the Failure in err's chain or, when there is none, a new Failure whose code is
// err's insights.Code.
func FailureOf(err error) *Failure {
	if failure := AsFailure(err); failure != nil {
		return failure
	}
	return &Failure{insights.ReasonCode(insights.ErrorCode(err)), err}
}

// Failed returns copies of the samples with the outcome insights.Failed.
func Failed(samples []insights.Sample, code insights.ReasonCode, reason string) []insights.Sample {
	failed := make([]insights.Sample, len(samples))
	for i, s := range samples {
		s.Outcome, s.Code, s.Reason = insights.Failed, code, reason
		failed[i] = s
	}
	return failed
}

// Open opens a repository. Its errors are *Failure unless ctx has ended.
func Open(ctx context.Context, dir string) (*gitrepo.Repo, error) {
	git, err := gitrepo.Open(ctx, dir)
	return git, Fail(ctx, codeOr(err, insights.ReasonRepositoryNotFound), err)
}

// Branch returns the default branch of a repository and its newest commit. Its errors are
// gitrepo.ErrNoCommits or, unless ctx has ended, *Failure.
func Branch(ctx context.Context, git *gitrepo.Repo) (ref string, tip gitrepo.OID, err error) {
	ref, tip, err = git.DefaultBranch(ctx)
	if errors.Is(err, gitrepo.ErrNoCommits) {
		return "", "", err
	}
	return ref, tip, Fail(ctx, codeOr(err, insights.ReasonNoBranch), err)
}

// codeOr returns notFound for an error with the code insights.NotFound, and
// insights.ReasonUnreadable for every other error.
func codeOr(err error, notFound insights.ReasonCode) insights.ReasonCode {
	if insights.ErrorCode(err) == insights.NotFound {
		return notFound
	}
	return insights.ReasonUnreadable
}
