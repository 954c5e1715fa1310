package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		args   []string
		status int
		says   string // on stderr
	}{
		{"no command", nil, exitDone, ""},
		{"help", []string{"insight", "create", "--help"}, exitDone, ""},
		{"version", []string{"--version"}, exitDone, ""},
		{"near miss of a flag", []string{"insight", "create", "--titel", "x"}, exitUsage, `did you mean "--title"?`},
		{"near miss of a command", []string{"insigth"}, exitUsage, `did you mean "insight"?`},
		{"its help is named", []string{"insight", "create"}, exitUsage, "See `backsight insight create --help`."},
		{"an interval", []string{"insight", "create", "--title", "x", "--query", "y", "--every", "1fortnight"}, exitUsage, "as in 1month"},
		{"points", []string{"insight", "create", "--title", "x", "--query", "y", "--points", "1001"}, exitUsage, "between 1 and 1000"},
		{"points of a chart", []string{"series", "retention", "S1", "--points=-5"}, exitUsage, "use a number from 1, or 0 for all"},
		{"labels", []string{"insight", "create", "--title", "x", "--query", "y", "--label", "a", "--label", "b"}, exitUsage, "the numbers of --label (2) and --query (1) differ"},
		{"two scopes", []string{"insight", "create", "--title", "x", "--query", "y", "--repos", "a", "--repo", "b"}, exitUsage, "--repos"},
		{"a broken expression of names", []string{"insight", "create", "--title", "x", "--query", "y", "--repos", "a("}, exitUsage, `--repos "a(": byte 1: this regular expression is not valid: missing closing ): a(`},
		{"an expression of Perl", []string{"series", "retry", "S1", "--repo", "a(?!x)"}, exitUsage, `--repo "a(?!x)": byte 2: this regular expression is not valid`},
		{"an expression to find", []string{"repo", "list", "--find", "*"}, exitUsage, `--find "*": byte 1:`},
		{"a name for two", []string{"repo", "add", "a", "b", "--name", "c"}, exitUsage, "--name needs a single location"},
		{"a format", []string{"insight", "export", "x", "--format", "xls"}, exitUsage, "csv"},
		{"no database", []string{"migrate", "up"}, exitUsage, "--database-url"},
		{"a folder that is not there", []string{"up", "--repos", "/nonexistent-folder"}, exitUsage, "/nonexistent-folder"},
		{"a server that is not there", []string{"insight", "list", "--server", "http://127.0.0.1:1"}, exitFailed, "start one with `backsight up`"},
		{"no URL", []string{"insight", "list", "--server", "::"}, exitUsage, "is not a URL"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := runCLI(t, row.args...)
			require.Equal(t, row.status, status, stderr)
			require.Contains(t, stderr, row.says)
			if row.status == exitDone {
				require.NotEmpty(t, stdout)
			} else {
				require.Empty(t, stdout)
			}
		})
	}
}

// Paths are bytes, which need not be UTF-8.
func TestArgumentsAreTheBytesOfTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	repo := testgit.Init(t, filepath.Join(dir, "caf\xe9,\\x.git"), "sha1")
	repo.Commit(t, testgit.Epoch, map[string]string{"a": "TODO"})
	times, indexes := filepath.Join(dir, "times\xff"), filepath.Join(dir, "indexes\xff")
	require.NoError(t, os.WriteFile(times, []byte("2026-02-01\n"), 0o644))
	for range 2 {
		status, stdout, stderr := runCLI(t, "history", "-q", "TODO", "--at-file", times, "--index", indexes, "--json", repo.Dir)
		require.Equal(t, exitDone, status, stdout+stderr)
		require.Contains(t, stdout, `"outcome":"counted","value":1}`)
		entries, err := os.ReadDir(indexes)
		require.NoError(t, err)
		require.Len(t, entries, 1)
	}
	status, _, stderr := runCLI(t, "history", "-q", "TODO\xff", repo.Dir)
	require.Equal(t, exitUsage, status)
	require.Contains(t, stderr, "not valid UTF-8")

	a := serve(t, scripted{"addRepository(", `{"data":{"addRepository":{"name":"x","location":"y"}}}`})
	status, _, stderr = a.run("repo", "add", repo.Dir)
	require.Equal(t, exitDone, status, stderr)
	require.Contains(t, string(a.asked[0].Variables), `caf%E9,%5Cx.git`)
}

// run parses a command line with the part of the grammar for its command. The messages must equal
// those of the whole grammar.
func TestPartOfTheGrammarEqualsTheWhole(t *testing.T) {
	t.Parallel()
	parse := func(grammar any, args []string) (said, failed, command string) {
		var out strings.Builder
		parser, err := newParser(grammar, &out, &out, func(code int) { fmt.Fprintf(&out, "exit %d\n", code) })
		require.NoError(t, err)
		if _, err = parser.Parse(args); err != nil {
			failed, command = err.Error(), commandOf(err)
		}
		return out.String(), failed, command
	}
	compared := 0
	var compare func(node *kong.Node, words []string)
	compare = func(node *kong.Node, words []string) {
		for _, more := range [][]string{nil, {"--help"}, {"--version"}, {"--no-such"}} {
			args := slices.Concat(words, more)
			said, failed, command := parse(&cli{}, args)
			part := grammar(args[0])
			require.NotEqual(t, reflect.TypeFor[*cli](), reflect.TypeOf(part), "%q is parsed by the whole grammar", args)
			partSaid, partFailed, partCommand := parse(part, args)
			require.Equal(t, []string{said, failed, command}, []string{partSaid, partFailed, partCommand}, "%q", args)
			compared++
		}
		for _, child := range node.Children {
			compare(child, append(slices.Clip(words), child.Name))
		}
	}
	for _, child := range wholeModel(t).Children {
		compare(child, []string{child.Name})
	}
	require.Greater(t, compared, 100)
	for _, first := range []string{"--version", "--help", "version", "History", "no-such", ""} {
		require.IsType(t, &cli{}, grammar(first), first)
	}
}

func wholeModel(t *testing.T) *kong.Node {
	t.Helper()
	parser, err := newParser(&cli{}, io.Discard, io.Discard, nil)
	require.NoError(t, err)
	return parser.Model.Node
}

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	commands := wholeModel(t).Leaves(false)
	require.Greater(t, len(commands), 35)
	for _, command := range commands {
		words := strings.Fields(command.FullPath())[1:]
		status, stdout, _ := runCLI(t, append(words, "--help")...)
		require.Equal(t, exitDone, status)
		// The example must be of the command itself.
		_, examples, found := strings.Cut(stdout, "Example")
		require.True(t, found, "%q has no example", words)
		require.Contains(t, examples, "backsight "+strings.Join(words, " "))
	}
}

func TestGroupHelpNamesEveryCommandAndHasAnExample(t *testing.T) {
	t.Parallel()
	groups := 0
	for _, group := range wholeModel(t).Children {
		if len(group.Children) == 0 {
			require.Regexp(t, `\.$`, group.Help, group.Name)
			continue
		}
		groups++
		var names []string
		for _, command := range group.Children {
			names = append(names, command.Name)
		}
		require.Regexp(t, `[a-z]: `+strings.Join(names, ", ")+`\.$`, group.Help)
		status, stdout, _ := runCLI(t, group.Name, "--help")
		require.Equal(t, exitDone, status)
		require.Contains(t, strings.Join(strings.Fields(stdout), " "), group.Help)
		require.Regexp(t, `(?m)^Example:\n\n    .*backsight `+group.Name+` (`+strings.Join(names, "|")+`)\b`, stdout)
	}
	require.Equal(t, 5, groups, "repo, insight, series, settings, migrate")
}

// Before it starts anything, up refuses an address on which it cannot or must not listen.
func TestUpRefusesAddresses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, row := range []struct {
		listen string
		status int
		says   string
	}{
		{taken.Addr().String(), exitFailed, "choose another address with --listen"},
		{"0.0.0.0:0", exitFailed, "--auth proxy"},
		{"7080", exitUsage, "host:port"},
	} {
		data := filepath.Join(t.TempDir(), "data")
		status, _, stderr := runCLI(t, "up", "--listen", row.listen, "--data", data)
		require.Equal(t, row.status, status)
		require.Contains(t, stderr, row.says)
		_, err := os.Stat(data)
		require.ErrorIs(t, err, os.ErrNotExist, "up must not start anything")
	}
}
