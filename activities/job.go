package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/engine"
	"github.com/backsight/backsight/search/history"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
)

// job is one attempt of the activity Search.Samples.
type job struct {
	*Search
	question  *engine.Question
	at        *time.Time
	bases     map[int64]store.Base // by repository id: its newest exact sample
	out       *writer
	heartbeat *heartbeat
	// suspect is true while a repository with strikes is searched and none of its samples has been
	// written yet.
	suspect bool
}

// repository settles the samples of one repository, newest first. A failure of the repository ends
// its samples and is not returned. repository returns an error only if ctx ends, or if something
// fails that all repositories need.
func (j *job) repository(ctx context.Context, r store.Repository, samples []insights.Sample) error {
	if r.ID == 0 || r.DeletedAt != nil {
		return j.fail(ctx, r, samples, insights.ReasonRepositoryRemoved, fmt.Sprintf("repository %d was removed", samples[0].RepositoryID))
	}
	git, located, judged, err := j.prepare(ctx, r, samples)
	if failure := engine.AsFailure(err); failure != nil {
		return j.fail(ctx, r, samples, failure.Code, failure.Error())
	}
	if err != nil {
		return err
	}
	if len(judged) > 0 {
		if err := j.settle(ctx, r, judged); err != nil {
			return err
		}
	}
	located = engine.Together(located, j.at, j.question.PerInterval())
	if len(located) == 0 {
		return nil
	}
	return j.search(ctx, r, git, located)
}

// search searches the samples of one repository and settles the samples of each commit or interval
// as soon as they are judged.
func (j *job) search(ctx context.Context, r store.Repository, git *gitrepo.Repo, samples []insights.Sample) error {
	running, done, err := j.Limits.startSearch(ctx, j.heartbeat.tick)
	if err != nil {
		return err
	}
	defer done()
	repo := &engine.Repo{
		Git: git, Base: baseOf(j.bases[r.ID], j.question.Matcher.ByValue()),
		Progress: func(history.Progress) { j.heartbeat.tick() },
		// The searches that run share the cores, so that a single large repository gets all of
		// them.
		Workers: max(1, j.Cores/running),
	}
	if !j.question.PerInterval() {
		if repo.Index = j.Indexes.open(r.ID); repo.Index != nil {
			defer repo.Index.Close()
		}
		defer func() { j.Indexes.countLookup(repo.Index != nil, repo.Stats) }()
	}
	groups, settled := len(j.question.Group(samples)), 0
	var failure error
	ended := j.Metrics.SearchStarted()
	searching, traced := telemetry.SearchSpan(ctx, j.out.seriesID, r.Name, groups)
	request := engine.Request{Question: j.question, Commits: repo, Searcher: repo, Samples: samples}
	err = engine.Search(searching, request, func(judged []insights.Sample, _ values.Values) error {
		if judged[0].Outcome == insights.Failed {
			failure = errors.New(judged[0].Reason)
		}
		settled++
		return j.settle(ctx, r, judged)
	})
	read := telemetry.Read{Blobs: repo.Stats.Blobs, Skipped: repo.Stats.Skipped, Bytes: repo.Stats.Bytes, Processes: repo.Stats.GitProcesses}
	failure = cmp.Or(err, failure)
	ended(searchResult(ctx, failure), read)
	traced(read, failure)
	logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name).Debug("searched", "commits", groups, "settled", settled,
		"blobs", read.Blobs, "bytes", read.Bytes, "indexed", repo.Stats.Indexed, "error", failure)
	return err
}

// searchResult returns the metrics' label for how a search ended.
func searchResult(ctx context.Context, err error) string {
	switch {
	case ctx.Err() != nil:
		return telemetry.Stopped
	case err != nil:
		return telemetry.Failed
	}
	return telemetry.Done
}

// settle writes samples that were judged together, within the limit of samples per second.
func (j *job) settle(ctx context.Context, r store.Repository, judged []insights.Sample) error {
	if err := j.Limits.takeSamples(ctx, len(judged), j.heartbeat.tick); err != nil {
		return err
	}
	j.heartbeat.tick()
	if err := j.write(ctx, r, judged); err != nil {
		return err
	}
	return j.cleared(ctx, r.ID)
}

// fail ends samples as failed: all of them or, if the job is for one time, those that one search at
// that time would settle.
func (j *job) fail(ctx context.Context, r store.Repository, samples []insights.Sample, code insights.ReasonCode, reason string) error {
	return j.write(ctx, r, engine.Failed(engine.Together(samples, j.at, j.question.PerInterval()), code, reason))
}

// write passes samples that were judged together to the writer. It logs them if the first of them
// is partial or failed; then all are.
func (j *job) write(ctx context.Context, r store.Repository, samples []insights.Sample) error {
	if len(samples) > 0 && !samples[0].Outcome.Exact() {
		first := samples[0]
		logger(ctx, logSeries, j.out.seriesID, logRepository, r.Name, logFrame, first.Time).Warn("samples are not exact",
			"outcome", first.Outcome, "samples", len(samples), "commit", first.Commit, "code", first.Code, "reason", first.Reason)
	}
	return j.out.add(ctx, samples...)
}
