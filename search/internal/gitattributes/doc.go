// Package gitattributes finds the attributes that the .gitattributes files of a commit give to its
// paths, as far as github-linguist reads them: linguist-language, linguist-vendored,
// linguist-documentation, linguist-generated and linguist-detectable.
//
// [Parse] reads a file. A [Context] has the rules that apply to one folder: those of the files in
// the folder and in the folders above. [Table.Add] and [Table.Enter] return contexts, and
// [Context.Of] evaluates one for a file.
//
// Invariants:
//   - The results equal those of `git check-attr`; a property test compares them. Macros, quoted
//     patterns and unset attributes follow git's attr.c, and patterns follow its dir.c and
//     wildmatch.c.
//   - Contexts are reduced: a context has only rules that can still match below its folder and that
//     give one of the attributes above, also through a macro. Folders with the same rules have the
//     same context. So a change of .gitattributes that does not matter to a folder does not change
//     the folder's context.
//   - The time to evaluate a pattern is proportional to the product of its length and that of the
//     path. There is no backtracking.
//
// go-git's package plumbing/format/gitattributes (v5.19.3) does not fit: it differs from git for
// [!a], [[:digit:]], a** and for later lines that match, and panics for a pattern that ends in a
// slash.
//
// Attributes outside of the commit (info/attributes, core.attributesFile, the system's file) are
// not read.
//
// Read next: context.go, pattern.go, parse.go.
package gitattributes
