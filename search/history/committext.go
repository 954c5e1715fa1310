package history

import (
	"bytes"
	"context"
	"strings"

	"github.com/backsight/backsight/gitrepo"
)

// parse reads a commit. It reports whether the commit's texts are in another encoding than UTF-8.
func (c *commit) parse(listed gitrepo.Commit, object *gitrepo.Object) (encoded bool) {
	tree, problem, detail := treeOf(object)
	if problem != "" {
		c.decided, c.faults = true, []Fault{{Class: string(problem), Object: listed.ID, Detail: detail}}
		return false
	}
	c.tree, c.Time = tree, listed.Time
	head, message, _ := bytes.Cut(object.Data, []byte("\n\n"))
	for line := range bytes.SplitSeq(head, []byte{'\n'}) {
		key, value, _ := bytes.Cut(line, []byte{' '})
		switch string(key) {
		case "parent":
			if c.parent == "" {
				c.parent = gitrepo.OID(value)
			}
		case "author":
			c.Author = person(value)
		case "committer":
			c.Committer = person(value)
		case "encoding":
			encoded = encoded || !bytes.EqualFold(value, []byte("UTF-8")) && !bytes.EqualFold(value, []byte("UTF8"))
		}
	}
	message, _, _ = bytes.Cut(message, []byte{0}) // git ends a message there
	c.Message = string(message)
	return encoded
}

// decode converts the texts of the commits at these places of the chain to UTF-8, except authors
// and committers that are not usual (see isUsual). It then calls decide for each commit.
func (c *commitSearch) decode(ctx context.Context, encoded []int) error {
	ids := make([]gitrepo.OID, len(encoded))
	for i, at := range encoded {
		ids[i] = c.chain[at].ID
	}
	texts, err := c.request.Repo.CommitTexts(ctx, ids)
	if err != nil {
		return err
	}
	for i, at := range encoded {
		one := c.commits[at]
		if one.Message = texts[i].Message; isUsual(one.Author) {
			one.Author = texts[i].Author
		}
		if isUsual(one.Committer) {
			one.Committer = texts[i].Committer
		}
		one.decide(c.request.Matcher)
	}
	return nil
}

// person returns the part of the value of an author or committer line that `git log --author`
// searches: the text up to its last ">", which is `Name <address>` without the date after it. A
// text without ">", as some programs that convert repositories to git wrote it, is returned with
// its date. A NUL ends the text.
func person(text []byte) string {
	text, _, _ = bytes.Cut(text, []byte{0})
	if end := bytes.LastIndexByte(text, '>'); end >= 0 {
		text = text[:end+1]
	}
	return string(text)
}

// isUsual reports whether a person is `Name <address>`. Of any other text, git log prints only the
// first name and address that it finds.
func isUsual(person string) bool {
	return strings.Count(person, "<") == 1 && strings.Count(person, ">") == 1 && strings.Contains(person, " <")
}
