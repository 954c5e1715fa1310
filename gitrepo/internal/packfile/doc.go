// Package packfile reads objects directly from a repository's packs.
//
// A history search reads most of the objects of a repository's history. A pack stores versions of a
// file as deltas, which are differences from another version. `git cat-file` answers one request at
// a time: for each object it applies a chain of deltas again, helped by a cache. Package packfile
// knows all wanted objects beforehand. It walks each tree of deltas once, and so decompresses and
// builds every object once (walk.go).
//
// Invariants:
//   - It reads only what git writes: pack versions 2 and 3, index version 2. It returns everything
//     that it does not understand, or that looks damaged, to the caller, who then asks git. So git
//     decides what is damaged.
//   - Every decompressed piece has the size that the pack states and the right checksum, as in git.
//   - Hostile or damaged files give an error, never a panic; so do files that shrink while they are
//     mapped.
//   - Memory: a walk holds the objects between the root of a tree of deltas and the current object,
//     within budgets (buffers.go). One walk of the process at a time may hold large objects. Mapped
//     pages are released after use (Pack.touch).
//
// Non-goals: writing, loose objects, multi-pack indexes, bitmaps.
//
// Read next: pack.go, walk.go, delta.go; gitformat-pack(5) describes the format.
package packfile
