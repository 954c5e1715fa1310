// Package index implements the history index: a file per repository that says where in the history
// a text can occur.
//
// With an index, a search of any number of indexed commits reads no trees, and only reads the files
// that can match. The index has the chain of first-parent commits (chain.go). For every path, it
// has each blob that was at the path, and the commit since which it was there (changes.go). For
// every trigram (three consecutive bytes), it has the blobs that contain it (layer.go). [Update]
// makes and extends an index, [Open] opens it, [Index.Candidates] evaluates the result of
// match.Matcher.Required, and [Dir] limits the disk space of many indexes.
//
// Invariants:
//   - The index only makes searches faster, and never decides a count. It rules out blobs that
//     cannot match, and says which blob is at which path. Blobs whose text could not be indexed
//     (missing, corrupt, too large, or with too many trigrams) are candidates of every search, so a
//     search has the same faults as without an index.
//   - The index identifies commits and blobs by their object ids. So what it says about a commit
//     stays true, whatever happens to the repository.
//   - A file is written completely, synced and renamed, so after a crash there is either the old
//     file or the new one. A checksum covers everything that is read from it. For a damaged file,
//     functions return [ErrDamaged]. Callers treat the file as absent, and [Update] replaces it.
//   - Building or extending an index takes memory for the commits, changes, paths, blobs and
//     distinct trigrams of the whole index, about the size of the finished file. In addition, it
//     takes one text of at most maxText bytes, and one batch of trees, pairs and trigrams
//     (walkLimits, trigramBudget). A single commit may exceed the batch: it takes memory for the
//     trees and the changed folders of one level. This memory does not depend on the total amount
//     of text. If commits have equal trees in very many folders, the history has no index, and its
//     building ends early; see repetition.go. An extension counts only the work of the new commits.
//   - Building an index ends soon after its context has ended: the longest steps that do not look
//     at the context are the reading of one text, the merging or encoding of one part of the file,
//     and the writing of the file.
//
// Non-goals: ranking, positions within files, branches other than the indexed one.
//
// Read next: update.go and write.go for how an index is made, index.go and layer.go for how it is
// read; docs/decisions/010-history-index.md for measurements.
package index
