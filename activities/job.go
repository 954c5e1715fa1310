package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// job is one attempt at Samples.
type job struct {
	*Search
	question
	at    *time.Time
	bases map[int64]store.Base // by repository: what it was counted at last
	out   *writer
	pulse *pulse
	// suspect is true while a repository with strikes is searched and nothing of it is settled.
	suspect bool
}

// repository settles the samples of one repository, newest first. Its own trouble fails its samples; an error is of what
// all repositories need, or of ctx.
func (j *job) repository(ctx context.Context, r store.Repository, samples []insights.Sample) error {
	if r.ID == 0 || r.DeletedAt != nil {
		return j.fail(ctx, r, samples, &repositoryError{insights.ReasonRepositoryRemoved, fmt.Errorf("repository %d: it was removed", samples[0].RepositoryID)})
	}
	git, samples, err := j.locate(ctx, r, samples)
	if trouble := asRepositoryError(err); trouble != nil {
		return j.fail(ctx, r, samples, trouble)
	}
	if err != nil {
		return err
	}
	var wanted []group
	for _, g := range groupSamples(samples, j.perInterval()) {
		switch {
		case j.at != nil && !g.has(*j.at):
		case g.commit == "": // looked for and not there
			if err := j.settle(ctx, g, insights.Sample{Outcome: insights.Absent}); err != nil {
				return err
			}
		default:
			wanted = append(wanted, g)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return j.search(ctx, r, git, wanted)
}

// locate opens the repository and finds the commits of the samples that have none yet: the index was not refreshed since
// their time, so that is done first. It returns the samples that can go on; what lies before the cut of a shallow clone it fails.
// On an error it returns samples as they were.
func (j *job) locate(ctx context.Context, r store.Repository, samples []insights.Sample) (*gitrepo.Repo, []insights.Sample, error) {
	unknown := false
	for _, s := range samples {
		unknown = unknown || s.Commit == "" && (j.at == nil || s.Time.Equal(*j.at))
	}
	if !unknown {
		git, err := j.Mirrors.Open(ctx, r)
		if err == nil && behind(ctx, r, git, samples) {
			git, err = j.Mirrors.Refresh(ctx, r)
		}
		return git, samples, err
	}
	git, err := j.Mirrors.Refresh(ctx, r)
	if err != nil {
		return nil, samples, err
	}
	_, tip, err := git.DefaultBranch(ctx)
	if errors.Is(err, gitrepo.ErrNoCommits) {
		return git, samples, nil
	}
	if err != nil {
		return nil, samples, branchTrouble(ctx, err)
	}
	commits, err := git.FirstParents(ctx, tip, "")
	if err != nil {
		return nil, samples, ofRepository(ctx, insights.ReasonUnreadable, err)
	}
	var located, cut []insights.Sample
	for _, s := range samples {
		if s.Commit == "" {
			commit, found := gitrepo.AsOf(commits, s.Time)
			if !found && git.Shallow() {
				cut = append(cut, s)
				continue
			}
			s.Commit = string(commit.ID)
		}
		located = append(located, s)
	}
	if len(cut) == 0 {
		return git, located, nil
	}
	return git, located, j.fail(ctx, r, cut, &repositoryError{insights.ReasonShallow, fmt.Errorf(
		"repository %s: it is a shallow clone whose oldest commit is younger than %s: fetch its whole history (git fetch --unshallow)",
		r.Name, cut[0].Time.Format(time.RFC3339))})
}

// behind reports whether this machine's mirror lacks the newest of the commits: another worker's was fetched since, and that one
// brought the commit index to where it is.
func behind(ctx context.Context, r store.Repository, git *gitrepo.Repo, samples []insights.Sample) bool {
	for _, s := range samples { // newest first
		if s.Commit != "" && !r.Local {
			_, err := git.FirstParent(ctx, gitrepo.OID(s.Commit))
			return err != nil && ctx.Err() == nil
		}
	}
	return false
}

// search counts at the commits of the groups, newest first, and settles each group as its result comes.
func (j *job) search(ctx context.Context, r store.Repository, git *gitrepo.Repo, groups []group) error {
	running, done, err := j.Limits.startSearch(ctx, j.pulse.tick)
	if err != nil {
		return err
	}
	defer done()
	var stats history.Stats
	request := history.Request{
		Repo: git, Matcher: j.matcher, Progress: func(history.Progress) { j.pulse.tick() },
		// A core that no other search uses: a large repository alone should not leave it idle.
		Workers: max(1, j.Cores/running),
		Stats:   &stats,
		Base:    baseOf(j.bases[r.ID], j.byValue),
	}
	for _, g := range groups {
		request.Commits = append(request.Commits, gitrepo.OID(g.commit))
	}
	search := func(ctx context.Context, yield func(history.Result) error) error {
		return history.Search(ctx, request, yield)
	}
	if j.perInterval() {
		search = func(ctx context.Context, yield func(history.Result) error) error {
			return j.countCommits(ctx, groups, history.CommitRequest{
				Repo: git, Matcher: j.matcher, Workers: request.Workers, Progress: request.Progress, Stats: &stats,
			}, yield)
		}
	} else if request.Index = j.Indexes.open(r.ID); request.Index != nil {
		defer request.Index.Close()
	}
	searching := ctx
	if limit := j.query.Timeout; limit > 0 {
		var cancel context.CancelFunc
		searching, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	settled := 0
	since := time.Now()
	var writeErr error
	ended := j.Metrics.SearchStarted()
	searching, traced := telemetry.SearchSpan(searching, j.out.seriesID, r.Name, len(groups))
	err = search(searching, func(result history.Result) error {
		found := j.judge(result)
		found.Duration, since = time.Since(since), time.Now()
		if found.Outcome == insights.Partial {
			logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name, logFrame, groups[settled].samples[0].Time).Warn(
				"sample is partial", "commit", groups[settled].commit, "code", found.Code, "reason", found.Reason)
		}
		writeErr = j.settle(ctx, groups[settled], found)
		settled++
		return writeErr
	})
	read := telemetry.Read{Blobs: stats.Blobs, Skipped: stats.Skipped, Bytes: stats.Bytes, Processes: stats.GitProcesses}
	ended(searchResult(ctx, err), read)
	traced(read, err)
	if !j.perInterval() {
		j.Indexes.told(request.Index != nil, stats)
	}
	log := logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name)
	log.Debug("searched", "commits", len(groups), "settled", settled, "blobs", read.Blobs, "bytes", read.Bytes, "indexed", stats.Indexed, "error", err)
	switch {
	case err == nil || writeErr != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case searching.Err() != nil: // the query's own timeout
		for _, g := range groups[settled:] {
			if err := j.settle(ctx, g, insights.Sample{
				Outcome: insights.Partial, Code: insights.ReasonTimeout, Duration: j.query.Timeout,
				Reason: fmt.Sprintf("the query's timeout:%s ended the search before this commit was counted", j.query.Timeout),
			}); err != nil {
				return err
			}
		}
		return nil
	}
	if trouble := asRepositoryError(err); trouble != nil {
		for _, g := range groups[settled:] {
			if err := j.fail(ctx, r, g.samples, trouble); err != nil {
				return err
			}
		}
		return nil
	}
	// git died, or the repository went away while it was read: the next attempt finds out. Results until here are right.
	return insights.Errorf(insights.Internal, "repository %s: search: %w", git.Dir(), err)
}

// searchResult is how a search ended, for metrics. A query's own timeout is an end that was asked for.
func searchResult(ctx context.Context, err error) string {
	switch {
	case ctx.Err() != nil:
		return telemetry.Stopped
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return telemetry.Failed
	}
	return telemetry.Done
}

// maxValues is how many distinct values a sample may have in the database: more lines than a chart can be read with, in rows
// that a transaction writes within seconds. A sample with more is partial.
const maxValues = 5000

// judge turns a count into a sample's outcome.
func (j *job) judge(result history.Result) insights.Sample {
	s := insights.Sample{Outcome: insights.Counted, Value: float64(result.Value)}
	if j.byValue {
		s.Values = result.Values.Top(maxValues)
		if s.Values == nil {
			s.Values = map[string]int64{}
		}
		if n := result.Values.Len(); n > maxValues {
			s.Outcome, s.Code = insights.Partial, insights.ReasonTooManyValues
			s.Reason = fmt.Sprintf("%d distinct values, of which the %d most frequent are stored: let the capturing group match less", n, maxValues)
		}
	}
	if limit := j.query.Count; limit > 0 && result.Value > limit {
		s.Outcome, s.Code = insights.Partial, insights.ReasonCountLimit
		s.Reason = fmt.Sprintf("the query's count:%d cut a value of %d", limit, result.Value)
		if s.Values == nil {
			s.Value = float64(limit)
		}
	}
	if len(result.Faults) > 0 {
		s.Outcome, s.Code, s.Reason = insights.Partial, insights.ReasonCode(result.Faults[0].Class), faultText(result.Faults)
	}
	return s
}

// faultText says how much could not be read, and names the first few.
func faultText(faults []history.Fault) string {
	const named = 5
	var text strings.Builder
	fmt.Fprintf(&text, "%d object(s) could not be read: ", len(faults))
	for i, f := range faults {
		if i == named {
			text.WriteString("; …")
			break
		}
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(f.String())
	}
	return text.String()
}

// settle ends a group: its newest sample as found, the others as the same commit again.
func (j *job) settle(ctx context.Context, g group, found insights.Sample) error {
	if err := j.Limits.takeSamples(ctx, len(g.samples), j.pulse.tick); err != nil {
		return err
	}
	list := make([]insights.Sample, len(g.samples))
	for i, s := range g.samples {
		list[i] = found
		list[i].SeriesID, list[i].RepositoryID, list[i].Time, list[i].Commit = s.SeriesID, s.RepositoryID, s.Time, g.commit
		if i > 0 {
			list[i].Duration = 0
			if found.Outcome == insights.Counted {
				list[i].Outcome = insights.Reused
			}
		}
	}
	j.pulse.tick()
	if err := j.out.add(ctx, list...); err != nil {
		return err
	}
	return j.cleared(ctx, g.samples[0].RepositoryID)
}

// fail ends samples for their repository's trouble: those at the time asked for, or all.
func (j *job) fail(ctx context.Context, r store.Repository, samples []insights.Sample, trouble *repositoryError) error {
	list := failed(atTime(samples, j.at, j.perInterval()), trouble.code, trouble.Error())
	if len(list) > 0 {
		logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name, logFrame, list[0].Time).Warn(
			"samples failed", "samples", len(list), "code", trouble.code, "reason", trouble.Error())
	}
	return j.out.add(ctx, list...)
}
