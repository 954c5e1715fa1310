package history

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/history/values"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// Request says what to count where.
type Request struct {
	Repo    *gitrepo.Repo
	Matcher *match.Matcher // of the kind query.Files; for the others there is SearchCommits
	Commits []gitrepo.OID  // distinct, in the order in which results are wanted (newest first)

	// Workers is how many goroutines read and match blobs; 0 is 1. More than one helps when no other repository is
	// searched at the same time.
	Workers int
	// MaxBlobSize is the size in bytes above which a file is not read; 0 is gitrepo.DefaultMaxSize. Such a file is a Fault,
	// unless it is binary. Workers times about twice this is what contents may take of memory.
	MaxBlobSize int64
	// Index is optional: an index of the repository's history. Where it knows all commits of the request, no tree is listed and
	// only files that can match are read. The results are the same; but of objects that went missing since the index was made,
	// it may still know what they held, or that they cannot match.
	Index *index.Index
	// Base is optional: the exact result of another commit for an equal query. Then only files are read that are not the
	// same in it and all commits of the request: a new sample costs what changed since the last one. It is of no use, and
	// ignored, when it has faults, when something that changed cannot be read, and to queries that count once per repository or have
	// predicates.
	Base *Result
	// ValueLimits bound the memory of a search by value; zero is the defaults. A file whose values find no room is a Fault.
	ValueLimits values.Limits
	// Progress is optional. It is called from the work loop, never twice at a time, at least once a second while there
	// is progress.
	Progress func(Progress)
	// Stats is optional and receives the counts of work when Search returns.
	Stats *Stats
}

// Progress tells how far a search is. The totals are known when all trees are listed; before that they are 0.
type Progress struct {
	BlobsDone, BlobsTotal int64
	BytesRead             int64
}

// Stats are counts of work.
type Stats struct {
	Trees        int64 // distinct trees read (one at two depths counts twice)
	Blobs        int64 // distinct blobs read
	Skipped      int64 // versions of files that the index ruled out by their content, each path counted; 0 where it ruled out all
	Matches      int64 // calls of the matcher with a content
	Bytes        int64 // bytes of commits, trees and blobs
	GitProcesses int64 // git processes that were started to read objects
	Indexed      bool  // whether the index of the request answered
	IndexProblem error // why it did not, where something is wrong with it; the file is removed when it is damaged
}

// Add adds the work of another search.
func (s *Stats) Add(other Stats) {
	s.Trees += other.Trees
	s.Blobs += other.Blobs
	s.Matches += other.Matches
	s.Bytes += other.Bytes
	s.GitProcesses += other.GitProcesses
	s.Skipped += other.Skipped
}

// Result is the value at one commit.
type Result struct {
	Commit gitrepo.OID
	Value  int64
	Values values.Values // per value, for a matcher that counts by value. It may be kept
	Faults []Fault       // empty: the value is exact. Otherwise it is a lower bound
}

// Fault is something that could not be searched.
type Fault struct {
	Class  string // one of gitrepo's problems, e.g. "missing object"
	Object gitrepo.OID
	Path   string // where the commit holds it: of a file, of a folder, or "" for the commit and its root tree. Bytes as git has them
	Detail string // more, for people; may be empty
}

func (f Fault) String() string {
	text := f.Class + " " + string(f.Object)
	if f.Path != "" {
		text += fmt.Sprintf(" at %q", f.Path)
	}
	if f.Detail != "" {
		text += " (" + f.Detail + ")"
	}
	return text
}

// blobsPerBatch is about how many distinct blobs are read before results are yielded: commits are taken newest first
// until they need that many. Reading more at once is cheaper, as versions of one file are stored as differences of each
// other; reading less shows results earlier. 50,000 blobs take a second or two.
const blobsPerBatch = 50_000

// Search yields one Result per commit, in the order of req.Commits, each as soon as the batch of blobs that it needs is
// counted. yield is called from the caller's goroutine; an error from it ends the search and is returned.
//
// An error means that the search did not end (ctx ended, git was killed twice, the repository vanished); the results
// that were yielded before are right. Damage in the repository is not an error: see Fault.
func Search(ctx context.Context, req Request, yield func(Result) error) error {
	if req.Matcher.Kind() != query.Files {
		return insights.Errorf(insights.Internal, "the query is about commits: they are searched by SearchCommits")
	}
	matcher, release := stoppable(ctx, req.Matcher)
	defer release()
	req.Matcher = matcher
	return searchFiles(ctx, req, ask(matcher), yield)
}

// stoppable is a matcher that gives up when ctx ends, be it in the middle of a file. What it says then is not used, as
// nothing is yielded after that.
func stoppable(ctx context.Context, m *match.Matcher) (stopping *match.Matcher, release func() bool) {
	stop := new(atomic.Bool)
	release = context.AfterFunc(ctx, func() { stop.Store(true) })
	return m.Until(stop), release
}

func searchFiles(ctx context.Context, req Request, asked *question, yield func(Result) error) error {
	if len(req.Commits) == 0 {
		return nil
	}
	objects, err := req.Repo.Objects()
	if err != nil {
		return err
	}
	defer objects.Close()

	s := &search{
		request: req,
		objects: objects,
		workers: max(1, req.Workers),
		graph:   newGraph(asked, objects.HashLen()),
	}
	if req.Stats != nil {
		defer s.report()
	}
	if req.Index != nil {
		if used, err := s.searchIndexed(ctx, yield); used || err != nil {
			return err
		}
	}
	hashes, err := s.hashes()
	if err != nil {
		return err
	}
	roots, err := s.readCommits(ctx, req.Commits, hashes)
	if err != nil {
		return err
	}
	base, err := s.readBase(ctx)
	if err != nil {
		return err
	}
	if err := s.readTrees(ctx); err != nil {
		return err
	}
	if base != nil {
		if used, err := s.runFromBase(ctx, *base, roots, yield); used || err != nil {
			return err
		}
	}
	s.progress.total.Store(int64(len(s.graph.blobs.All)))
	return s.run(ctx, roots, yield)
}

// search is the state of one Search.
type search struct {
	request  Request
	objects  *gitrepo.Objects
	workers  int
	graph    *graph
	progress progress
	stats    Stats
	before   Stats // of a search that this one needed
}

func (s *search) report() {
	read := s.objects.Stats()
	s.stats.Bytes = read.Bytes.Load()
	s.stats.GitProcesses = read.Processes.Load()
	s.stats.Blobs = s.progress.done.Load()
	s.stats.Matches = s.progress.matches.Load()
	s.stats.Add(s.before)
	*s.request.Stats = s.stats
}

// run counts the blobs batch by batch and yields the results of the commits that each batch completes.
func (s *search) run(ctx context.Context, roots []root, yield func(Result) error) error {
	counts := s.newCounts()
	defer counts.close() //nolint:errcheck // a file without a name, of which all was read
	sweep := newSweep(s.graph, counts)
	reach := newReach(s.graph)
	faults := &faultWalk{graph: s.graph, counts: counts, id: s.objects.OID}
	for from := 0; from < len(roots); {
		var batch []int32
		to := from
		for to < len(roots) && len(batch) < blobsPerBatch {
			batch = reach.add(batch, roots[to].node)
			to++
		}
		if err := s.countBlobs(ctx, counts, batch); err != nil {
			return err
		}
		for _, r := range roots[from:to] {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			sweep.moveTo(r.node)
			if err := s.yield(counts, s.result(sweep, faults, r), yield); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

func (s *search) result(sweep *sweep, faults *faultWalk, r root) Result {
	if r.fault != nil {
		return Result{Commit: r.commit, Faults: []Fault{*r.fault}}
	}
	v := sweep.verdict()
	result := sweep.result(r.commit, v)
	if v.whose != nil {
		result.Faults = faults.at(r.node, v.whose)
	}
	return result
}

// result returns the result at the commit where the sweep stands, but for its faults.
func (s *sweep) result(commit gitrepo.OID, v verdict) Result {
	result := Result{Commit: commit, Value: v.value}
	if !v.void && s.by != nil {
		result.Values = s.by.Values()
	}
	return result
}

func (s *search) newCounts() *counts {
	return newCounts(s.graph, s.workers, s.request.ValueLimits)
}

// yield yields a result, unless reading its values back went wrong.
func (s *search) yield(counts *counts, result Result, yield func(Result) error) error {
	if err := counts.err(); err != nil {
		return err
	}
	return yield(result)
}

// hashes returns the binary forms of the request's commits.
func (s *search) hashes() ([]gitrepo.Hash, error) {
	hashes := make([]gitrepo.Hash, len(s.request.Commits))
	seen := make(map[gitrepo.Hash]struct{}, len(hashes))
	for i, id := range s.request.Commits {
		hash, ok := gitrepo.HashOf(id)
		if !ok || len(id) != 2*s.objects.HashLen() {
			return nil, insights.Errorf(insights.Invalid, "repository %s: %q is not a commit id of this repository", s.request.Repo.Dir(), id)
		}
		if _, dup := seen[hash]; dup {
			return nil, insights.Errorf(insights.Invalid, "repository %s: commit %s is asked for twice", s.request.Repo.Dir(), id)
		}
		seen[hash] = struct{}{}
		hashes[i] = hash
	}
	return hashes, nil
}
