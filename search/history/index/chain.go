package index

import (
	"bytes"
	"encoding/hex"
	"time"

	"github.com/backsight/backsight/gitrepo"
)

// encodeChain writes the ids of the commits, oldest first, and then the differences of their times
// in seconds, newest first.
func encodeChain(commits []gitrepo.Commit, hashLen int) []byte {
	out := make([]byte, 0, len(commits)*(hashLen+4))
	for _, c := range commits {
		hash, _ := gitrepo.HashOf(c.ID) // git printed the ids, so they are valid
		out = append(out, hash[:hashLen]...)
	}
	last := int64(0)
	for i := len(commits) - 1; i >= 0; i-- {
		out = appendSigned(out, commits[i].Time.Unix()-last)
		last = commits[i].Time.Unix()
	}
	return out
}

// chain is the chain section.
type chain struct {
	ids     []byte
	times   []byte
	n       int
	hashLen int
}

func decodeChain(data []byte, n, hashLen int) (chain, bool) {
	if n > len(data)/hashLen {
		return chain{}, false
	}
	return chain{data[:n*hashLen], data[n*hashLen:], n, hashLen}, true
}

func (c chain) id(i int) []byte { return c.ids[i*c.hashLen : (i+1)*c.hashLen] }

func (c chain) oid(i int) gitrepo.OID { return gitrepo.OID(hex.EncodeToString(c.id(i))) }

// newestFirst calls `each` with one commit after another, newest first, until `each` returns false.
// newestFirst itself returns false if the data is malformed.
func (c chain) newestFirst(each func(gitrepo.Commit) (more bool)) bool {
	d := decoder{data: c.times}
	at := int64(0)
	for i := c.n - 1; i >= 0; i-- {
		at += d.signed()
		if d.failed {
			return false
		}
		if !each(gitrepo.Commit{ID: c.oid(i), Time: time.Unix(at, 0).UTC()}) {
			return true
		}
	}
	return d.ended()
}

// positions returns the positions of the commits in the chain. ok is false if a commit is not in
// the chain, or is given twice.
func (c chain) positions(commits []gitrepo.OID) (at []int, ok bool) {
	wanted := make(map[gitrepo.Hash]int, len(commits))
	for i, id := range commits {
		hash, valid := gitrepo.HashOf(id)
		if !valid || len(id) != 2*c.hashLen {
			return nil, false
		}
		wanted[hash] = i
	}
	at = make([]int, len(commits))
	left := len(wanted)
	if left != len(commits) {
		return nil, false // a commit is given twice
	}
	var hash gitrepo.Hash
	for i := c.n - 1; i >= 0 && left > 0; i-- {
		copy(hash[:], c.id(i))
		if k, found := wanted[hash]; found {
			at[k] = i
			left--
		}
	}
	return at, left == 0
}

// endsIn reports whether `id` is the newest commit.
func (c chain) endsIn(id gitrepo.OID) bool {
	hash, ok := gitrepo.HashOf(id)
	return ok && c.n > 0 && bytes.Equal(c.id(c.n-1), hash[:c.hashLen])
}
