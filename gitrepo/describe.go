package gitrepo

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// Description holds what people need to recognise a commit. The texts are in UTF-8 if git can
// convert them: see [Repo.CommitTexts].
type Description struct {
	Author  string // "Ann Author <ann@example.com>"
	Subject string
}

// Describe returns the descriptions of commits, in the same order. The commits must be distinct. If
// git cannot read a commit, its description is empty; a history contains such a commit if a
// commit-graph lists it. Describe starts one process, and some more for each such commit.
func (r *Repo) Describe(ctx context.Context, commits []OID) ([]Description, error) {
	described, err := r.describe(ctx, commits)
	if exitCode(err) != 128 || ctx.Err() != nil {
		return described, err
	}
	if len(commits) == 1 {
		return make([]Description, 1), nil
	}
	half := len(commits) / 2
	newer, err := r.Describe(ctx, commits[:half])
	if err != nil {
		return nil, err
	}
	older, err := r.Describe(ctx, commits[half:])
	return append(newer, older...), err
}

func (r *Repo) describe(ctx context.Context, commits []OID) ([]Description, error) {
	described := make([]Description, 0, len(commits))
	err := r.logEach(ctx, commits, "%an <%ae>%n%s", 2, func(fields []string) {
		described = append(described, Description{Author: fields[0], Subject: strings.TrimSuffix(fields[1], "\n")})
	})
	return described, err
}

// CommitText holds the texts of a commit.
type CommitText struct {
	Author    string // "Ann Author <ann@example.com>"
	Committer string
	Message   string // the whole message
}

// CommitTexts returns the texts of commits in UTF-8, in the same order. git converts the texts of a
// commit whose header "encoding" names another encoding. A commit without this header counts as
// UTF-8. If git does not know the encoding, or if the texts are not valid in it, CommitTexts
// returns the bytes that git stores. The commits must be distinct. CommitTexts starts one process.
func (r *Repo) CommitTexts(ctx context.Context, commits []OID) ([]CommitText, error) {
	texts := make([]CommitText, 0, len(commits))
	err := r.logEach(ctx, commits, "%an <%ae>%n%cn <%ce>%n%B", 3, func(fields []string) {
		texts = append(texts, CommitText{Author: fields[0], Committer: fields[1], Message: fields[2]})
	})
	return texts, err
}

// logEach calls visit with the fields of each commit, in the order of the commits. The format has n
// fields, separated by line feeds. Only the last field may contain line feeds. No field contains a
// NUL, because git ends a text at its first NUL.
func (r *Repo) logEach(ctx context.Context, commits []OID, format string, n int, visit func(fields []string)) error {
	if len(commits) == 0 {
		return nil
	}
	var ids bytes.Buffer
	for _, id := range commits {
		ids.WriteString(string(id) + "\n")
	}
	cmd := command(ctx, reading, r.gitDir, "log", "--no-walk=unsorted", "--stdin", "-z", "--no-show-signature", "--no-mailmap", "--format=%H%n"+format)
	cmd.Stdin = &ids
	out, err := outputOf(cmd)
	if err != nil {
		return r.wrap(ctx, "log", cmd, err)
	}
	printed := 0
	for record := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		fields := strings.SplitN(record, "\n", n+1)
		if len(fields) != n+1 || printed >= len(commits) || OID(fields[0]) != commits[printed] {
			return fmt.Errorf("repository %s: git log printed %q", r.dir, record)
		}
		visit(fields[1:])
		printed++
	}
	if printed != len(commits) {
		return fmt.Errorf("repository %s: git log described %d of %d commits", r.dir, printed, len(commits))
	}
	return nil
}
