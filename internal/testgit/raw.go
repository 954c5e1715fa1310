package testgit

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// RawObject stores an object of the given type with any content, even one that git refuses to
// write, and returns its id. The object is loose. The repository must have SHA-1 ids.
func (r *Repo) RawObject(t TB, kind, content string) string {
	t.Helper()
	whole := fmt.Appendf(nil, "%s %d\x00%s", kind, len(content), content)
	sum := sha1.Sum(whole)
	id := hex.EncodeToString(sum[:])
	r.StoreUnder(t, id, whole)
	return id
}

// StoreUnder writes the file of a loose object with this id. `whole` is the object's header and
// content, whose hash can be another id. A file with this id is replaced.
func (r *Repo) StoreUnder(t TB, id string, whole []byte) {
	t.Helper()
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	_, err := w.Write(whole)
	if err == nil {
		err = w.Close()
	}
	path := r.ObjectPath(id)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.RemoveAll(path)
	}
	if err == nil {
		err = os.WriteFile(path, deflated.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatalf("testgit: store object %s: %v", id, err)
	}
}

// RawCommit stores a commit and returns its id. `lines` are the header lines after the parents,
// each with a line feed at its end. No ref points to the commit.
func (r *Repo) RawCommit(t TB, tree string, parents []string, lines, message string) string {
	t.Helper()
	content := "tree " + tree + "\n"
	for _, p := range parents {
		content += "parent " + p + "\n"
	}
	return r.RawObject(t, "commit", content+lines+"\n"+message)
}
