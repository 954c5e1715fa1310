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

// A Request says what to count, and at which commits.
type Request struct {
	Repo    *gitrepo.Repo
	Matcher *match.Matcher // of the kind query.Files; for other kinds, use SearchCommits
	Commits []gitrepo.OID  // distinct; results are yielded in this order, usually newest first

	// Workers is the number of goroutines that read and match blobs; 0 means 1. More than one is
	// useful if no other repository is searched at the same time.
	Workers int
	// MaxBlobSize is the size in bytes above which a file is matched in parts; 0 means
	// gitrepo.DefaultMaxSize. If the parts do not decide the file's count, the file is a Fault. For
	// a file that is matched whole, a worker may need about twice this much memory.
	MaxBlobSize int64
	// Index is optional: a history index of the repository. If it contains all commits of the
	// request and is not damaged, and if MaxBlobSize is 0 or at least 16 KiB, Search uses it: no
	// tree is read, and only files that can match are read. Search does not use it if the query
	// reads languages and a .gitattributes file cannot be read. The results are the same, except if
	// an object went missing after the index was made: Search then may count the files of a missing
	// tree, and may rule out a missing file, instead of reporting a Fault.
	Index *index.Index
	// Base is optional: the exact result of another commit for an equal query. Then Search only
	// reads the files that differ between Base.Commit and the commits of the request, so the cost
	// of a new sample is that of the changes since the last one. Search ignores Base if the query
	// counts once per repository or has predicates. It also ignores Base if Base does not help: for
	// example, if Base has faults, if its commit is one of Commits or no longer exists, if an
	// object cannot be read, or if Base saves no work.
	Base *Result
	// ValueLimits limit the memory of a search by value; the zero value means the defaults. A file
	// whose values no longer fit is a Fault.
	ValueLimits values.Limits
	// Progress is optional. It is called from the goroutines that do the work, never concurrently,
	// and at most every 200 ms.
	Progress func(Progress)
	// Unsearched is optional, and is set to the unsearched files of the first of Commits. If Search
	// uses Base but not Index, the content of Unsearched is undefined.
	Unsearched *Unsearched
	// Stats is optional, and is set to the counts of work when Search returns.
	Stats *Stats
}

// Progress says how far a search is. BlobsTotal is 0 until Search knows which blobs it has to read.
// In SearchCommits, BlobsTotal grows with each batch of blobs.
type Progress struct {
	BlobsDone, BlobsTotal int64
	BytesRead             int64
}

// Stats counts the work of a search.
type Stats struct {
	Trees int64 // distinct trees that were read (a tree at two depths counts twice)
	// Distinct .gitattributes files that were read because the query reads languages.
	Attributes int64
	Blobs      int64 // blobs that were read, each usually once; see the package comment
	// Versions of files that the index ruled out by their content, counted per path. If it ruled
	// out all files, their number is not known, and Skipped is 0.
	Skipped      int64
	Matches      int64 // blobs that were matched, counted once for each class of their paths
	Bytes        int64 // bytes of commits, trees and blobs
	GitProcesses int64 // git processes that were started to read objects
	Indexed      bool  // whether the index of the request was used
	IndexProblem error // why a faulty index was not used; a damaged file is removed
}

// Add adds the work of another search. Of several index problems it keeps the first.
func (s *Stats) Add(other Stats) {
	s.Trees += other.Trees
	s.Attributes += other.Attributes
	s.Blobs += other.Blobs
	s.Matches += other.Matches
	s.Bytes += other.Bytes
	s.GitProcesses += other.GitProcesses
	s.Skipped += other.Skipped
	s.Indexed = s.Indexed || other.Indexed
	if s.IndexProblem == nil {
		s.IndexProblem = other.IndexProblem
	}
}

// A Result is the value at one commit.
type Result struct {
	Commit gitrepo.OID
	Value  int64
	Values values.Values // counts per value, if the matcher counts by value. Callers may keep them
	// Faults are the objects that could not be searched, each once. If there are none, the value is
	// exact; otherwise it is a lower bound.
	Faults []Fault
	// Unread is 0 without faults. It is equal in two results of one search if and only if both
	// commits lack the same objects, each at equally many paths. Then the difference of their
	// values is exact, if the query counts per file (match.Matcher.PerFile). SearchCommits leaves
	// Unread 0.
	Unread uint64
}

// ShallowFault returns the fault of a value that needs commits before `oldest`, which a shallow
// clone does not have.
func ShallowFault(oldest gitrepo.OID) Fault {
	return Fault{Class: string(insights.ReasonShallow), Object: oldest, Detail: "the commits before this one are not in the repository"}
}

// BrokenFault returns the fault of a value that needs commits before the break of a history.
func BrokenFault(b *gitrepo.BrokenHistory) Fault {
	return Fault{Class: string(b.Problem), Object: b.Parent, Detail: fmt.Sprintf("it is the parent of commit %[1]s; the commits before %[1]s are unknown", b.Child)}
}

// A Fault is an object that could not be searched, or not completely.
type Fault struct {
	Class  string // one of gitrepo's problems, such as "missing object", or an insights.ReasonCode
	Object gitrepo.OID
	// The path of a file or folder in the commit, or "" for the commit and its root tree; bytes as
	// in git. The path of a folder ends in a slash. If the object is at several paths, Search
	// reports the first of them in byte order, and SearchCommits any of them.
	Path   string
	Detail string // further explanation for people; may be empty
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

// checkEvery is the number of units, or of lifetimes in a history index, after which a search
// checks whether its context has ended. Each takes about 1 µs, and rarely more than 100 µs.
const checkEvery = 1024

// blobsPerBatch is about how many distinct blobs are read before results are yielded: a batch takes
// commits (in SearchCommits, intervals), in the order of the request, until they need that many
// blobs. A larger batch is cheaper, because git stores versions of a file as differences from each
// other; a smaller batch yields results earlier. 50,000 blobs take one or two seconds.
const blobsPerBatch = 50_000

// Search counts the matches at each commit. It yields one Result per commit, in the order of
// req.Commits, after each batch of blobs (see blobsPerBatch). yield is called from the caller's
// goroutine; an error from it ends the search and is returned.
//
// Search returns an error if the request is invalid, or if the search did not finish: for example
// because ctx ended, git could not be started or was killed twice, the repository disappeared, or
// values could not be stored. Results that were yielded before the error are correct. A missing or
// damaged object is not an error but a Fault, unless there are so many that gitrepo.Objects.Read
// gives up. The cost is that of reading once each distinct tree and each distinct blob that the
// query needs.
func Search(ctx context.Context, req Request, yield func(Result) error) error {
	if req.Matcher.Kind() != query.Files {
		return insights.Errorf(insights.Internal, "the query searches commits: use SearchCommits")
	}
	matcher, release := stoppable(ctx, req.Matcher)
	defer release()
	req.Matcher = matcher
	return searchFiles(ctx, req, ask(matcher), yield)
}

// stoppable returns a matcher that stops when ctx ends, even in the middle of a file. Callers must
// call release after the search. The results of a stopped matcher are not used, because nothing is
// yielded afterwards.
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
	s.progress.expect(len(s.graph.blobs.All))
	return s.run(ctx, roots, yield)
}

// A search is the state of one call of Search.
type search struct {
	request  Request
	objects  *gitrepo.Objects
	workers  int
	graph    *graph
	progress progress
	stats    Stats
	before   Stats // the work of the search that evaluated the predicates, if it was a separate one
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

// run counts the blobs in batches, and yields the results of the commits that each batch completes.
func (s *search) run(ctx context.Context, roots []root, yield func(Result) error) error {
	counts, err := s.newCounts(ctx)
	if err != nil {
		return err
	}
	defer counts.close() //nolint:errcheck // an unlinked file that is no longer needed
	sweep := newSweep(s.graph, counts)
	reach := newReach(s.graph)
	faults := &faultWalk{graph: s.graph, counts: counts, id: s.objects.OID}
	sweep.limit = newBound(s.graph, counts)
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
		if from == 0 {
			s.binaryTexts(counts, roots[0].node)
		}
		for _, r := range roots[from:to] {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			sweep.moveTo(r.node)
			result, tooLarge := sweep.limit.check(r, s.graph.asked.perRepository())
			if !tooLarge {
				result = s.result(sweep, faults, r)
			}
			if err := s.yield(counts, result, yield); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

func (s *search) result(sweep *sweep, faults *faultWalk, r root) Result {
	if r.fault != nil {
		return Result{Commit: r.commit, Faults: []Fault{*r.fault}, Unread: fingerprintOf(r.commit)}
	}
	v := sweep.verdict()
	result := sweep.result(r.commit, v)
	if v.whose != nil {
		result.Faults = faults.at(r.node, v.whose)
	}
	return result
}

// result returns the result at the sweep's current commit, without its faults.
func (s *sweep) result(commit gitrepo.OID, v verdict) Result {
	result := Result{Commit: commit, Value: v.value}
	if v.whose != nil {
		result.Unread = s.lacks
	}
	if !v.void && s.by != nil {
		result.Values = s.by.Values()
	}
	return result
}

func (s *search) newCounts(ctx context.Context) (*counts, error) {
	c, err := newCounts(ctx, s.graph, s.workers, s.request.ValueLimits)
	if err == nil && s.request.Unsearched != nil {
		c.binary = map[int32]bool{}
	}
	return c, err
}

// yield passes a result to the function `yield`, unless captured values could not be stored or read
// back; then it returns that error.
func (s *search) yield(counts *counts, result Result, yield func(Result) error) error {
	if err := counts.err(); err != nil {
		return err
	}
	return yield(result)
}

// commitHash returns the binary form of a commit's id. If the id does not have the length of the
// repository's ids, or is not hexadecimal, it returns an error with the code insights.Invalid.
func commitHash(repo *gitrepo.Repo, objects *gitrepo.Objects, id gitrepo.OID) (gitrepo.Hash, error) {
	hash, ok := gitrepo.HashOf(id)
	if digits := 2 * objects.HashLen(); !ok || len(id) != digits {
		return hash, insights.Errorf(insights.Invalid, "repository %s: %q is not a commit id: it must have %d hexadecimal digits", repo.Dir(), id, digits)
	}
	return hash, nil
}

// hashes returns the binary forms of the request's commits.
func (s *search) hashes() ([]gitrepo.Hash, error) {
	hashes := make([]gitrepo.Hash, len(s.request.Commits))
	seen := make(map[gitrepo.Hash]struct{}, len(hashes))
	for i, id := range s.request.Commits {
		hash, err := commitHash(s.request.Repo, s.objects, id)
		if err != nil {
			return nil, err
		}
		if _, dup := seen[hash]; dup {
			return nil, insights.Errorf(insights.Invalid, "repository %s: commit %s is requested twice", s.request.Repo.Dir(), id)
		}
		seen[hash] = struct{}{}
		hashes[i] = hash
	}
	return hashes, nil
}
