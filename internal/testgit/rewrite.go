package testgit

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// OddModes are modes of regular files that git reads, and that old versions of git and other
// programs have written.
var OddModes = []string{"100640", "100664", "100666", "100775", "100600", "100777", "100000", "0100644", "107777"}

// OddDates are dates of commits, with their zones: dates at the start of 1970 or outside 1970 to
// 2106, and dates in forms that git does not write.
var OddDates = []string{
	"0 +0000", "-1 +0000", "-86400 +0100", "18446744073709548016 +0100", "18446744073709551615 +0000", "18446744073709551616 +0000",
	"99999999999999999999999 +0000", "4294967296 +0000", "253402300799 +0000", "253402300800 +0000", "9223372036854775807 -0500",
	"01704067200 +0000", "1704067200 +9999", "1704067200 +00000", "1704067200 UTC", "1704067200", "never +0000", "",
}

// As says how Rewrite changes commits.
type As struct {
	// Mode returns the new mode of a regular file, or "" for the old one. It must depend on its
	// arguments alone.
	Mode func(name, blob string) string
	// Date returns the new date and zone in the committer line of commit i, and false to keep the
	// old ones.
	Date func(i int) (date string, ok bool)
}

// Rewrite writes commits, and those of their trees that get another content, again as loose
// objects, moves the branch to the last of them, and returns the new ids. The commits must be given
// parents first, with all their ancestors. The repository must have SHA-1 ids.
func (r *Repo) Rewrite(t TB, branch string, ids []string, as As) []string {
	t.Helper()
	w := &rewriter{repo: r, as: as, objects: r.objects(t), of: map[string]string{}}
	again := make([]string, len(ids))
	for i, id := range ids {
		again[i] = w.commit(t, i, id)
	}
	r.Git(t, "update-ref", "refs/heads/"+branch, again[len(again)-1])
	return again
}

// objects returns the contents of all objects by id.
func (r *Repo) objects(t TB) map[string][]byte {
	t.Helper()
	contents := map[string][]byte{}
	rest := r.run(t, nil, "cat-file", "--batch-all-objects", "--batch")
	for len(rest) > 0 {
		header, after, _ := bytes.Cut(rest, []byte("\n"))
		fields := strings.Fields(string(header))
		size, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil {
			t.Fatalf("testgit: git cat-file printed %q", header)
		}
		contents[fields[0]], rest = after[:size], after[size+1:]
	}
	return contents
}

type rewriter struct {
	repo    *Repo
	as      As
	objects map[string][]byte
	of      map[string]string // new ids by old ones
}

func (w *rewriter) commit(t TB, i int, id string) string {
	head, message, _ := strings.Cut(string(w.objects[id]), "\n\n")
	lines := strings.Split(head, "\n")
	for n, line := range lines {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			lines[n] = "tree " + w.tree(t, value)
		case "parent":
			lines[n] = "parent " + w.of[value]
		case "committer":
			if date, ok := w.as.Date(i); ok {
				lines[n] = line[:strings.LastIndexByte(line, '>')+1] + " " + date
			}
		}
	}
	w.of[id] = w.repo.RawObject(t, "commit", strings.Join(lines, "\n")+"\n\n"+message)
	return w.of[id]
}

func (w *rewriter) tree(t TB, id string) string {
	if again, known := w.of[id]; known {
		return again
	}
	var out bytes.Buffer
	for rest := w.objects[id]; len(rest) > 0; {
		head, after, _ := bytes.Cut(rest, []byte{0})
		mode, name, _ := strings.Cut(string(head), " ")
		hash := after[:20]
		rest = after[20:]
		child := hex.EncodeToString(hash)
		switch {
		case mode == "40000":
			hash, _ = hex.DecodeString(w.tree(t, child)) // RawObject made the id
		case slices.Contains([]string{File, Executable}, mode):
			if odd := w.as.Mode(name, child); odd != "" {
				mode = odd
			}
		}
		out.WriteString(mode + " " + name + "\x00")
		out.Write(hash)
	}
	if bytes.Equal(out.Bytes(), w.objects[id]) {
		w.of[id] = id
	} else {
		w.of[id] = w.repo.RawObject(t, "tree", out.String())
	}
	return w.of[id]
}
