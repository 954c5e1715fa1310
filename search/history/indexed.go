package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/history/index"
	"github.com/backsight/backsight/search/match"
)

// An occurrence says that a unit is at a path in a range of commits.
type occurrence struct {
	unit         int32
	path         int32 // index in graph.paths
	first, after int32 // ranks of commits (see timeline): from `first` up to before `after`
}

// A timeline lists which files count in which commits of a search, according to a history index. It
// replaces the trees.
type timeline struct {
	// For each commit of the request, and last for the base if it is used: the commit's rank, which
	// is the number of these commits that are older.
	rank        []int32
	fromBase    bool         // the request's base is used: files that all commits share are omitted
	occurrences []occurrence // sorted by path
	// By blob: the index in the request of the first commit that contains it. It is 0 if the
	// request is not sorted from newest to oldest, or if its base is used.
	needed []int32
	starts events // occurrences by `first`
	ends   events // occurrences by `after`
}

// searchIndexed is Search with the request's history index. `used` is false if the index cannot
// answer; then nothing was yielded.
func (s *search) searchIndexed(ctx context.Context, yield func(Result) error) (used bool, err error) {
	t, err := s.plan(ctx)
	if errors.Is(err, index.ErrDamaged) {
		// The next update makes a new index.
		err = errors.Join(err, s.request.Index.Discard())
	}
	if ctx.Err() != nil {
		return true, context.Cause(ctx)
	}
	if t == nil || err != nil {
		// The search falls back to the trees.
		s.stats.IndexProblem, s.stats.Skipped = err, 0
		s.graph = newGraph(s.graph.asked, s.objects.HashLen())
		return false, nil
	}
	s.stats.Indexed = true
	s.progress.expect(len(s.graph.blobs.All))
	err = s.runIndexed(ctx, t, yield)
	if errors.Is(err, errBase) {
		s.request.Base, s.graph = nil, newGraph(s.graph.asked, s.objects.HashLen())
		return s.searchIndexed(ctx, yield)
	}
	return true, err
}

// plan finds the files that can match, and the commits that contain them. No other step of the
// search reads the index. plan returns nil if the index cannot answer, for example because it lacks
// a commit.
func (s *search) plan(ctx context.Context) (*timeline, error) {
	x, limit := s.request.Index, s.request.MaxBlobSize
	if limit == 0 {
		limit = gitrepo.DefaultMaxSize
	}
	s.stats.Skipped = 0 // an earlier plan, which was given up, may have counted
	fromBase := s.hasBase()
	commits := s.request.Commits
	if fromBase {
		commits = append(slices.Clone(commits), s.request.Base.Commit)
	}
	positions, ok := x.Positions(commits)
	if !ok && fromBase {
		fromBase = false
		positions, ok = x.Positions(s.request.Commits)
	}
	if !ok || x.HashLen() != s.objects.HashLen() {
		return nil, nil
	}
	candidates, ok, err := candidatesOf(x, s.graph.asked, limit)
	if err != nil || !ok {
		return nil, err
	}
	unsearched, err := s.indexedUnsearched(positions[0])
	if err != nil {
		return nil, err
	}
	t := newTimeline(positions)
	t.fromBase = fromBase
	if candidates.none() { // nothing can match, so paths and lifetimes are not needed
		if err := unsearched.all(x); err != nil {
			return nil, err
		}
		s.graph.freeze()
		t.arrange()
		return t, nil
	}
	names, err := x.Paths()
	if err != nil {
		return nil, err
	}
	hashes, err := x.Hashes()
	if err != nil {
		return nil, err
	}
	// By position in the index: how many commits in `positions` are older.
	older := make([]int32, x.Commits()+1)
	for _, p := range positions {
		older[p+1]++
	}
	for p := 1; p < len(older); p++ {
		older[p] += older[p-1]
	}
	times, err := s.attributeTimes(ctx, x, names, hashes, older)
	if errors.Is(err, errAttributes) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	newestFirst := !fromBase && slices.IsSortedFunc(positions, func(a, b int) int { return cmp.Compare(b, a) })
	g := s.graph
	path, file := -1, name{}
	var spans []attributeSpan // of path, if attributes matter
	var failed error
	add := func(o occurrence, file name, l index.Lifetime, candidate bool) {
		if fromBase && o.first == 0 && int(o.after) == len(positions) {
			return // the base has counted it
		}
		if file.want == match.Skip {
			return
		}
		if file.want == match.Path && !candidates.all && !candidates.byPath {
			failed = fmt.Errorf("%q matches by its path alone, but the query requires content", g.path(file.path))
			return
		}
		unit := file
		if !candidate {
			if !file.decides {
				return
			}
			unit.want = match.Path // the content has no match
		}
		var hash gitrepo.Hash
		if unit.want == match.Content {
			if hash, failed = hashes.Of(l.Blob); failed != nil {
				return
			}
		}
		o.unit, o.path = g.unitFor(&unit, hash), file.path
		t.occurrences = append(t.occurrences, o)
		if blob := g.units[o.unit].blob; blob >= 0 {
			at := int32(0)
			if newestFirst {
				at = int32(len(positions)) - o.after
			}
			if int(blob) == len(t.needed) {
				t.needed = append(t.needed, at)
			}
			t.needed[blob] = min(t.needed[blob], at)
		}
	}
	if unsearched != nil {
		unsearched.names = names
	}
	seen := 0
	err = x.EachLifetime(func(l index.Lifetime) {
		if seen++; seen%checkEvery == 0 && ctx.Err() != nil {
			failed = context.Cause(ctx)
		}
		if failed == nil {
			failed = unsearched.see(l)
		}
		o := occurrence{first: older[l.From], after: older[l.To]}
		if o.first == o.after || failed != nil {
			return
		}
		candidate := candidates.has(l.Blob)
		if !candidate {
			s.stats.Skipped++
		}
		if !candidate && !candidates.byPath {
			return
		}
		switch {
		case l.Path == path:
		case times == nil:
			path = l.Path
			file, failed = g.file(names, path, 0)
		default:
			path = l.Path
			spans, failed = times.files(g, names, path)
		}
		if failed != nil {
			return
		}
		if times == nil {
			add(o, file, l, candidate)
			return
		}
		for _, span := range spans {
			part := occurrence{first: max(o.first, span.first), after: min(o.after, span.after)}
			if part.first < part.after && failed == nil {
				add(part, span.file, l, candidate)
			}
		}
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	g.freeze()
	t.arrange()
	return t, nil
}

// arrange groups the occurrences by the commits where they start and end.
func (t *timeline) arrange() {
	t.starts = newEvents(len(t.rank), t.occurrences, func(o occurrence) int32 { return o.first })
	t.ends = newEvents(len(t.rank), t.occurrences, func(o occurrence) int32 { return o.after })
}

// file returns a name object, for unitFor, of the file with the number `path` in the index.
// `attributes` is the number of its attributes. If the query wants the file, it is added to
// g.paths.
func (g *graph) file(names *index.Paths, path int, attributes int32) (name, error) {
	text, err := names.Name(path)
	if err != nil {
		return name{}, err
	}
	return g.fileAt(text, attributes), nil
}

func (g *graph) fileAt(text string, attributes int32) name {
	file := name{want: g.asked.want(text, attributes), attributes: attributes}
	if file.want != match.Skip {
		file.path = int32(len(g.paths))
		g.paths = append(g.paths, &name{text: text, in: g.root, attributes: attributes})
		file.decides = g.asked.pathDecides(text, attributes)
	}
	if file.want == match.Content {
		file.class = g.class(text, attributes)
	}
	return file
}

func newTimeline(positions []int) *timeline {
	order := make([]int32, len(positions))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(positions[a], positions[b]) })
	t := &timeline{rank: make([]int32, len(positions))}
	for rank, i := range order {
		t.rank[i] = int32(rank)
	}
	return t
}

// events are occurrences grouped by commit.
type events struct {
	from []int32 // by rank of a commit: the start of its group in `of`; the last element is the end
	of   []int32 // indexes of occurrences, one group after another
}

func newEvents(commits int, occurrences []occurrence, key func(occurrence) int32) events {
	e := events{from: make([]int32, commits+2), of: make([]int32, len(occurrences))}
	for _, o := range occurrences {
		e.from[key(o)+1]++
	}
	for i := 1; i < len(e.from); i++ {
		e.from[i] += e.from[i-1]
	}
	next := slices.Clone(e.from)
	for i, o := range occurrences {
		k := key(o)
		e.of[next[k]] = int32(i)
		next[k]++
	}
	return e
}

func (e *events) at(commit int) []int32 { return e.of[e.from[commit]:e.from[commit+1]] }

// runIndexed counts the blobs in batches, and yields the results of the commits that each batch
// completes.
func (s *search) runIndexed(ctx context.Context, t *timeline, yield func(Result) error) error {
	counts, err := s.newCounts(ctx)
	if err != nil {
		return err
	}
	defer counts.close() //nolint:errcheck // an unlinked file that is no longer needed
	sweep := newSweep(s.graph, counts)
	at := len(t.rank) // after the newest commit, where there are no files
	if t.fromBase {
		at = int(t.rank[len(t.rank)-1])
		if !sweep.start(s.request.Base) {
			return errBase
		}
	}
	commits := s.request.Commits
	order := make([]int32, len(t.needed))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(t.needed[a], t.needed[b]) })
	for from := 0; from < len(commits); {
		n, to := 0, from
		for to < len(commits) && n < blobsPerBatch {
			for n < len(order) && int(t.needed[order[n]]) <= to {
				n++
			}
			to++
		}
		if err := s.countBlobs(ctx, counts, order[:n]); err != nil {
			return err
		}
		if t.fromBase && len(counts.faults) > 0 {
			return errBase
		}
		order = order[n:]
		faulty := t.faulty(counts)
		for i := from; i < to; i++ {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			rank := int(t.rank[i])
			for ; at > rank; at-- { // moves to the next older commit
				t.move(sweep, t.starts.at(at), t.ends.at(at))
			}
			for ; at < rank; at++ {
				t.move(sweep, t.ends.at(at+1), t.starts.at(at+1))
			}
			v := sweep.verdict()
			result := sweep.result(commits[i], v)
			if v.whose != nil {
				result.Faults = s.faultsAt(counts, faulty, int32(rank), v.whose)
			}
			if err := s.yield(counts, result, yield); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// move removes some occurrences from the sweep, and adds others.
func (t *timeline) move(sweep *sweep, out, in []int32) {
	for _, o := range in {
		sweep.add(t.occurrences[o].unit, 1)
	}
	for _, o := range out {
		sweep.add(t.occurrences[o].unit, -1)
	}
}

// faulty returns the occurrences of blobs that could not be read.
func (t *timeline) faulty(counts *counts) (faulty []occurrence) {
	if len(counts.faults) == 0 {
		return nil
	}
	for _, o := range t.occurrences {
		if _, bad := counts.faults[counts.graph.units[o.unit].blob]; bad {
			faulty = append(faulty, o)
		}
	}
	return faulty
}

// faultsAt returns a Fault for each object that could not be read at the commit with the given rank
// and that a reader (see question) in `whose` needs. An object at several paths is returned once,
// with the first of them in byte order. The faults are in the byte order of their paths.
func (s *search) faultsAt(counts *counts, faulty []occurrence, rank int32, whose []bool) (faults []Fault) {
	told := map[int32]bool{}
	for _, o := range faulty {
		blob := s.graph.units[o.unit].blob
		if o.first <= rank && rank < o.after && !told[blob] && s.graph.concerns(o.unit, whose) {
			told[blob] = true
			f := counts.faults[blob]
			faults = append(faults, Fault{
				Class: string(f.problem), Object: s.objects.OID(s.graph.blobs.All[blob]), Path: s.graph.path(o.path), Detail: f.detail,
			})
		}
	}
	return faults
}
