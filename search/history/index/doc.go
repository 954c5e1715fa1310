// Package index keeps, per repository, a file that says where in the history a text can be: the history index.
//
// What it is for: with it, a search over any number of first-parent commits lists no tree and reads only the files that can
// match. The file holds the chain of first-parent commits (chain.go), for every path which blob it held from which
// commit on (changes.go), and for every trigram the blobs that hold it (layer.go). [Update] makes and extends it,
// [Open] reads it, [Index.Candidates] answers what match.Matcher.Required asks, and [Dir] bounds what many of them take on disk.
//
// Invariants:
//   - The index is an accelerator. It never decides a count: it rules blobs out that cannot match, and tells which blob is
//     where. Blobs that could not be indexed (missing, corrupt, too large) are candidates of every search, so that they
//     end as the fault that they are without the index.
//   - What is in the file is named by content: a commit that is in the chain has exactly the files that the index says,
//     whatever happened to the repository since.
//   - A file is written whole, synced and renamed: a crash leaves the old one or the new one. Everything read from it is
//     covered by a checksum. Damage is [ErrDamaged], which callers treat as absence, and [Update] mends.
//   - Building takes memory for the number of commits, changes, paths, blobs and distinct trigrams, about the size of the
//     finished file, and one content at a time of at most maxText bytes; never for the amount of text.
//
// Non-goals: ranking, positions within files, other branches than the one that was indexed.
//
// Read next: update.go for how it is made, index.go and layer.go for how it is read; docs/decisions/010-history-index.md
// for what was measured.
package index
