// Package packfile reads objects directly from a repository's packs.
//
// A history search reads most of the objects of a repository's history. A pack stores versions of a
// file as deltas, which are differences from another version. `git cat-file` answers one request at
// a time: for each object it applies a chain of deltas again, helped by a cache. Package packfile
// gets the ids of all wanted objects in one call. It walks each tree of deltas once, and so
// decompresses and builds every object once (walk.go).
//
// Invariants:
//   - It reads only what git writes: pack versions 2 and 3, index version 2. It reports every
//     object that it cannot read, or that looks damaged, to the caller, who then asks git. So git
//     decides what is damaged.
//   - Every decompressed object or delta has the size that the pack states and the right checksum.
//     git makes the same checks.
//   - Hostile or damaged files, and files that shrink while they are mapped, give an error, never a
//     panic.
//   - Memory: a walk holds at most the objects between the root of a tree of deltas and the current
//     object, within budgets (buffers.go). One walk of the process at a time may hold large
//     objects. Mapped pages are released after use (Pack.touch).
//
// Non-goals: writing, loose objects, multi-pack indexes, bitmaps.
//
// Read next: pack.go, walk.go, delta.go; gitformat-pack(5) describes the format.
package packfile
