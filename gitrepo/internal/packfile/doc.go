// Package packfile reads objects straight from a repository's packs.
//
// What it is for: history search reads most of what a year of a repository's history holds. In a pack, the versions of a
// file are stored as differences (deltas) from each other. `git cat-file` answers one object at a time and rebuilds the
// chain of differences for each, out of a cache; knowing all wanted objects beforehand, we walk the tree of differences
// once, and every object is decompressed once and built once (walk.go).
//
// Invariants:
//   - It reads only what git wrote: pack versions 2 and 3, index version 2. For anything that it does not understand, or
//     that looks damaged, it hands the object back to the caller, who asks git. So git has the last word on every fault.
//   - Every decompressed piece has the size that the pack says, and the right checksum, as with git.
//   - Hostile or damaged files, even ones that shrink while they are mapped, give an error, never a panic.
//   - Memory: a walk holds the objects between the root of a tree of differences and the one it is at, within budgets
//     (buffers.go); large ones are held by one walk of the process at a time. Mapped pages are given back after use (Pack.touch).
//
// Non-goals: writing, loose objects, multi-pack indexes, bitmaps.
//
// Read next: pack.go, walk.go, delta.go; the format is described in gitformat-pack(5).
package packfile
