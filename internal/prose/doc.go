// Command prose checks that comments and prose are at most 100 columns wide, so that they can be
// read side by side with a diff. `make lint` runs it on every file that git tracks or would add:
//
//	go run ./internal/prose           # the whole repository
//	go run ./internal/prose FILE...   # only these files
//
// It prints one line per finding, `file:line: N columns, at most 100`. It exits 1 if there are
// findings, and 2 if it cannot read the repository.
//
// A column is a rune; a tab counts as 4 columns. If any part of a line is a comment, the whole line
// counts, from its first column to its last; if such a line is too wide, move the comment to the
// line above. The command checks comments in Go, SQL, GraphQL, TypeScript, JavaScript, CSS, HTML,
// go.mod, Makefile, Dockerfile, YAML, shell, .gitignore and .editorconfig, GraphQL descriptions,
// and the text of Markdown.
//
// Exempt are:
//   - lines that cannot be broken, because only one word, such as a URL, follows the comment marker
//     or the list bullet;
//   - Markdown tables, code blocks, link definitions, and links or images alone on a line;
//   - code blocks and link definitions in Go doc comments, and the expected output of Go examples;
//   - directives to tools, such as //go:embed, //nolint and eslint-disable;
//   - generated files and everything below a folder named testdata.
//
// Code lines have no limit. The tests of this package also check that the decisions in
// docs/decisions follow their template.
package main
