package history

import (
	"bytes"
	"context"
	"fmt"

	"github.com/backsight/backsight/gitrepo"
	"github.com/backsight/backsight/search/internal/gitattributes"
)

// A root is a commit with the node of its tree.
type root struct {
	commit gitrepo.OID
	node   int32
	fault  *Fault // why the commit could not be read; then node is emptyNode
}

// readCommits reads commits, and queues their trees.
func (s *search) readCommits(ctx context.Context, commits []gitrepo.OID, hashes []gitrepo.Hash) ([]root, error) {
	roots := make([]root, len(hashes))
	trees := make([]gitrepo.Hash, len(hashes))
	err := s.objects.Read(ctx, hashes, gitrepo.ReadOptions{Workers: 1}, func(_, i int, object *gitrepo.Object) error {
		roots[i].commit = commits[i]
		tree, problem, detail := treeOf(object)
		if problem != "" {
			roots[i].fault = &Fault{Class: string(problem), Object: commits[i], Detail: detail}
		}
		trees[i] = tree
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range roots {
		if roots[i].fault == nil {
			roots[i].node = s.graph.version(s.graph.root, trees[i])
		}
	}
	return roots, nil
}

// treeOf returns the tree of a commit object, or the problem if the object could not be read, is
// not a commit, or names no tree.
func treeOf(object *gitrepo.Object) (tree gitrepo.Hash, problem gitrepo.Problem, detail string) {
	if object.Problem != "" {
		return tree, object.Problem, object.Detail
	}
	if object.Kind != gitrepo.KindCommit {
		return tree, gitrepo.Corrupt, "not a commit"
	}
	line, _, _ := bytes.Cut(object.Data, []byte{'\n'})
	id, ok := bytes.CutPrefix(line, []byte("tree "))
	if ok {
		tree, ok = gitrepo.HashOf(gitrepo.OID(id))
	}
	if !ok {
		return tree, gitrepo.Corrupt, "a commit without a tree"
	}
	return tree, "", ""
}

// readTrees reads the queued trees, and all trees below them. It reads one level of folders of all
// commits at a time, so the number of batches depends on the depth of the deepest path, not on the
// number of commits. It returns errOpen if the question must be opened.
func (s *search) readTrees(ctx context.Context) error {
	g := s.graph
	if err := g.asked.prepare(); err != nil {
		return err
	}
	for len(g.waiting) > 0 {
		level := g.waiting
		g.waiting = nil
		// Two folders can have the same tree, which is read once and used for both. A small
		// repository can have billions of paths in this way.
		var trees []gitrepo.Hash
		index := make(map[gitrepo.Hash]int, len(level))
		var users [][]int32
		for _, n := range level {
			tree := g.nodes[n].tree
			i, known := index[tree]
			if !known {
				i = len(trees)
				index[tree] = i
				trees, users = append(trees, tree), append(users, nil)
			}
			users[i] = append(users[i], n)
		}
		err := s.eachTree(ctx, trees, func(i int, object *gitrepo.Object) error {
			s.stats.Trees++
			if err := g.setTree(ctx, users[i], object); err != nil {
				return err
			}
			s.progress.report(s.request.Progress, s.objects)
			return nil
		})
		if err != nil {
			return fmt.Errorf("list trees: %w", err)
		}
		if g.asked.mustOpen() {
			return errOpen
		}
		g.forget(level)
	}
	g.freeze()
	return nil
}

// setTree sets the children of some nodes, which all have the tree `object`. Nodes whose folders
// the query judges alike share the children. setTree returns an error if ctx ends.
func (g *graph) setTree(ctx context.Context, nodes []int32, object *gitrepo.Object) error {
	if len(nodes) == 1 {
		g.setOneTree(nodes[0], object)
		return nil
	}
	type kind struct {
		key     string
		context *gitattributes.Context
	}
	byKind := map[kind]int32{}
	for _, n := range nodes {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		k := kind{g.key(g.nodes[n].folder), g.nodes[n].folder.context}
		if other, known := byKind[k]; known {
			g.share(n, other)
			continue
		}
		byKind[k] = n
		g.setOneTree(n, object)
	}
	return nil
}

func (g *graph) setOneTree(n int32, object *gitrepo.Object) {
	problem, detail := object.Problem, object.Detail
	if problem == "" && object.Kind != gitrepo.KindTree {
		problem, detail = gitrepo.Corrupt, "not a tree"
	}
	if problem == "" && g.asked.attributes != nil && !g.enter(n, object.Data) {
		return
	}
	if problem == "" {
		if err := g.addTree(n, object.Data); err != nil {
			problem, detail = gitrepo.Corrupt, err.Error()
		}
	}
	if problem != "" {
		g.fail(n, problem, detail)
	}
}
