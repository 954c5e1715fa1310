package history

import (
	"context"
	"errors"
	"slices"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/search/match"
	"github.com/backsight/backsight/search/query"
)

// A commit is one commit of the chain during the search.
type commit struct {
	match.Commit
	tree   gitrepo.Hash
	parent gitrepo.OID // the first parent; "" for a root commit
	cut    *Fault      // not nil if the history ends here because the parent cannot be read

	// Whether the commit matches is known, or cannot be known. Its changes are not needed.
	decided bool
	matches bool    // if decided
	faults  []Fault // why it cannot be known whether the commit matches

	nodes    [2]int32 // the trees of its parent and of the commit itself
	compared bool
	changes  []change
}

// A change is a file that a commit changed. `old` and `new` are the units of its content before and
// after the commit; -1 means that there was no file. `oldAttributes` and `newAttributes` are the
// numbers of its attributes before and after the commit.
type change struct {
	path                         string
	old, new                     int32
	oldAttributes, newAttributes int32
	pair                         *pair // nil unless its lines are wanted
}

// read reads the commits of all intervals, and the trees of those whose changes matter.
func (c *commitSearch) read(ctx context.Context) error {
	var wanted []int
	for _, i := range c.intervals {
		for at := i.First; at < i.End; at++ {
			if c.commits[at] == nil {
				c.commits[at] = &commit{}
				wanted = append(wanted, at)
			}
		}
	}
	hashes := make([]gitrepo.Hash, len(wanted))
	for i, at := range wanted {
		var err error
		if hashes[i], err = commitHash(c.request.Repo, c.objects, c.chain[at].ID); err != nil {
			return err
		}
	}
	var encoded []int
	err := c.objects.Read(ctx, hashes, gitrepo.ReadOptions{Workers: 1}, func(_, i int, object *gitrepo.Object) error {
		at := wanted[i]
		if c.commits[at].parse(c.chain[at], object) {
			encoded = append(encoded, at)
		} else {
			c.commits[at].decide(c.request.Matcher)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := c.decode(ctx, encoded); err != nil {
		return err
	}
	if len(wanted) > 0 {
		if err := c.checkEnd(ctx); err != nil {
			return err
		}
	}
	if !c.request.Matcher.NeedsChanges() {
		return nil
	}
	if err := c.readRoots(ctx, wanted); err != nil {
		return err
	}
	err = c.readTrees(ctx)
	if errors.Is(err, errOpen) {
		c.graph = newGraph(c.graph.asked.opened(), c.objects.HashLen())
		if err := c.readRoots(ctx, wanted); err != nil {
			return err
		}
		err = c.readTrees(ctx)
	}
	return err
}

// decide sets c.decided and c.matches if that is possible without the commit's changes.
func (c *commit) decide(m *match.Matcher) {
	switch {
	case c.decided: // by a fault
		return
	case !m.MayMatch(c.Commit):
		c.decided = true
	case !m.NeedsChanges():
		c.decided, c.matches = true, true
	}
	if c.decided {
		// releases the message: in a long history, messages take much memory
		c.Commit = match.Commit{}
	}
}

// checkEnd checks the last commit of the chain, if an interval contains it. This commit must be a
// root, the end of a shallow clone, or one whose parent cannot be read. In the last two cases,
// checkEnd sets the commit's cut.
func (c *commitSearch) checkEnd(ctx context.Context) error {
	last := c.commits[len(c.chain)-1]
	if last == nil || last.parent == "" {
		return nil
	}
	id := c.chain[len(c.chain)-1].ID
	fault := ShallowFault(id)
	early, err := c.request.Repo.EndsEarly(ctx, id)
	if err != nil {
		return err
	}
	if !early {
		hash, _ := gitrepo.HashOf(last.parent) // an invalid id counts as a missing object
		err := c.objects.Read(ctx, []gitrepo.Hash{hash}, gitrepo.ReadOptions{Workers: 1}, func(_, _ int, object *gitrepo.Object) error {
			_, problem, _ := treeOf(object)
			fault = BrokenFault(&gitrepo.BrokenHistory{Child: id, Parent: last.parent, Problem: problem})
			return nil
		})
		if err != nil {
			return err
		}
		if fault.Class == "" {
			return insights.Errorf(insights.Internal, "repository %s: the chain ends with commit %s, which has a parent: the chain must reach the first commit",
				c.request.Repo.Dir(), id)
		}
	}
	last.cut = &fault
	if c.request.Matcher.NeedsChanges() {
		last.decided, last.matches = true, false
	}
	return nil
}

// readRoots queues the trees of the undecided commits and of their parents. A commit whose parent
// cannot be read gets a fault instead.
func (c *commitSearch) readRoots(ctx context.Context, wanted []int) error {
	treeOfCommit := map[gitrepo.OID]gitrepo.Hash{}
	for _, at := range wanted {
		if commit := c.commits[at]; len(commit.faults) == 0 {
			treeOfCommit[c.chain[at].ID] = commit.tree
		}
	}
	var parents []gitrepo.OID
	var hashes []gitrepo.Hash
	asked := map[gitrepo.OID]bool{}
	for _, at := range wanted {
		id := c.commits[at].parent
		_, known := treeOfCommit[id]
		if c.commits[at].decided || id == "" || known || asked[id] {
			continue
		}
		asked[id] = true
		hash, _ := gitrepo.HashOf(id) // an invalid id counts as a missing object
		parents, hashes = append(parents, id), append(hashes, hash)
	}
	faults := map[gitrepo.OID]Fault{}
	err := c.objects.Read(ctx, hashes, gitrepo.ReadOptions{Workers: 1}, func(_, i int, object *gitrepo.Object) error {
		tree, problem, detail := treeOf(object)
		if problem != "" {
			faults[parents[i]] = Fault{Class: string(problem), Object: parents[i], Detail: detail}
		}
		treeOfCommit[parents[i]] = tree
		return nil
	})
	if err != nil {
		return err
	}
	for _, at := range wanted {
		commit := c.commits[at]
		if commit.decided {
			continue
		}
		if f, bad := faults[commit.parent]; bad {
			commit.decided, commit.faults = true, []Fault{f}
			continue
		}
		if commit.parent != "" {
			commit.nodes[0] = c.graph.version(c.graph.root, treeOfCommit[commit.parent])
		}
		commit.nodes[1] = c.graph.version(c.graph.root, commit.tree)
	}
	return nil
}

// compare lists the files that a commit changed. It returns false if they are not needed, or have
// been listed before.
func (c *commitSearch) compare(one *commit) bool {
	if one.decided || one.compared {
		return false
	}
	one.compared = true
	d := &treeDiff{graph: c.graph}
	d.compare(one.nodes[0], one.nodes[1], "")
	one.changes = d.changes
	for _, b := range d.broken {
		f := c.graph.faults[b.node]
		object, name := c.graph.faulty(b.node)
		one.faults = append(one.faults, Fault{Class: string(f.problem), Object: c.objects.OID(object), Path: b.path + name, Detail: f.detail})
	}
	if c.graph.asked.open != nil {
		one.changes = slices.DeleteFunc(one.changes, func(ch change) bool {
			return !c.mayMatch(ch.path, ch.oldAttributes) && !c.mayMatch(ch.path, ch.newAttributes)
		})
	}
	return true
}

// want appends to `batch` the blobs that must be read to judge changes.
func (c *commitSearch) want(changes []change, batch []int32) []int32 {
	lines := c.request.Matcher.NeedsLines()
	for i := range changes {
		change, isNew := &changes[i], false
		if lines && change.pair == nil {
			change.pair, isNew = c.pairs.add(c.blobOf(change.old), c.blobOf(change.new))
		}
		for _, v := range []struct{ unit, attributes int32 }{{change.old, change.oldAttributes}, {change.new, change.newAttributes}} {
			if v.unit >= 0 {
				filters := c.graph.asked.as(v.attributes).NeedsContent(change.path)
				batch = c.wantBlob(version{c.blobOf(v.unit), change.path, v.attributes}, isNew, filters, batch)
			}
		}
	}
	return batch
}

// blobOf returns the blob of a unit, or -1 if there is none.
func (c *commitSearch) blobOf(unit int32) int32 {
	if unit < 0 {
		return -1
	}
	return c.graph.units[unit].blob
}

func (c *commitSearch) mayMatch(path string, attributes int32) bool {
	return c.graph.asked.as(attributes).MayMatchChange(path)
}

// A version is a content of the file at a path, with attributes.
type version struct {
	blob       int32
	path       string
	attributes int32
}

// wantBlob appends the blob of a version to `batch` if `content` is true, or if `filters` is true
// and it is not known yet which filters hold for the version. Whether a filter holds depends on the
// path and the attributes, so a blob may be read again for another version.
func (c *commitSearch) wantBlob(v version, content, filters bool, batch []int32) []int32 {
	blob, wanted := v.blob, content
	if filters {
		if _, known := c.filters[v]; !known {
			wanted = true
			c.filters[v] = nil
			c.pathsOf[blob] = append(c.pathsOf[blob], v)
		}
	}
	if !wanted || c.queued[blob] {
		return batch
	}
	c.queued[blob] = true
	return append(batch, blob)
}

// judge reports whether a commit matches or, if that cannot be known, what could not be read.
func (c *commitSearch) judge(one *commit) (matches bool, faults []Fault) {
	if one.decided {
		return one.matches, one.faults
	}
	return c.judgeChanges(one, one.changes)
}

// judgeChanges is judge, as if the commit had only these changes.
func (c *commitSearch) judgeChanges(one *commit, changes []change) (matches bool, faults []Fault) {
	m := c.request.Matcher
	faults = slices.Clone(one.faults)
	commit := one.Commit
	for _, change := range changes {
		known := true
		for _, unit := range []int32{change.old, change.new} {
			if unit < 0 {
				continue
			}
			blob := c.graph.units[unit].blob
			if f, bad := c.faults[blob]; bad {
				known = false
				faults = append(faults, Fault{Class: string(f.problem), Object: c.objects.OID(c.graph.blobs.All[blob]), Path: change.path, Detail: f.detail})
			}
		}
		if known {
			of := match.Change{
				Path:       change.path,
				OldFilters: c.filtersOf(change.old, change.path, change.oldAttributes), NewFilters: c.filtersOf(change.new, change.path, change.newAttributes),
				OldAttributes: c.graph.asked.given(change.oldAttributes), NewAttributes: c.graph.asked.given(change.newAttributes),
			}
			if change.pair != nil {
				of.Lines = change.pair.lines
			}
			commit.Changes = append(commit.Changes, of)
		}
	}
	// For a diff, one matching change is enough, whatever the others contain.
	if len(faults) == 0 || m.Kind() == query.Diffs {
		matches = m.MatchCommit(commit)
	}
	if matches {
		return true, nil
	}
	return false, faults
}

func (c *commitSearch) filtersOf(unit int32, path string, attributes int32) match.Filters {
	if unit < 0 || len(c.filters) == 0 {
		return nil
	}
	return c.filters[version{c.graph.units[unit].blob, path, attributes}]
}
