package gitrepo

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// Description holds what readers need to recognise a commit. The texts are the bytes that git
// stores, and need not be valid UTF-8.
type Description struct {
	Author  string // "Ann Author <ann@example.com>"
	Subject string
}

// Describe returns the descriptions of commits, in the same order.
func (r *Repo) Describe(ctx context.Context, commits []OID) ([]Description, error) {
	if len(commits) == 0 {
		return nil, nil
	}
	var ids bytes.Buffer
	for _, id := range commits {
		ids.WriteString(string(id) + "\n")
	}
	cmd := command(ctx, reading, r.gitDir, "log", "--no-walk=unsorted", "--stdin", "-z", "--no-show-signature", "--no-mailmap", "--format=%H%n%an <%ae>%n%s")
	cmd.Stdin = &ids
	out, err := outputOf(cmd)
	if err != nil {
		return nil, r.wrap(ctx, "log", cmd, err)
	}
	described := make([]Description, 0, len(commits))
	for record := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		fields := strings.SplitN(record, "\n", 3)
		if i := len(described); len(fields) != 3 || i >= len(commits) || OID(fields[0]) != commits[i] {
			return nil, fmt.Errorf("repository %s: git log printed %q", r.dir, record)
		}
		described = append(described, Description{Author: fields[1], Subject: strings.TrimSuffix(fields[2], "\n")})
	}
	if len(described) != len(commits) {
		return nil, fmt.Errorf("repository %s: git log described %d of %d commits", r.dir, len(described), len(commits))
	}
	return described, nil
}
