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
		{"labels", []string{"insight", "create", "--title", "x", "--query", "y", "--label", "a", "--label", "b"}, exitUsage, "2 --label for 1 --query"},
		{"two scopes", []string{"insight", "create", "--title", "x", "--query", "y", "--repos", "a", "--repo", "b"}, exitUsage, "--repos"},
		{"a name for two", []string{"repo", "add", "a", "b", "--name", "c"}, exitUsage, "--name is for one location"},
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

// A command line is parsed by a part of the grammar; it says what the whole one would.
func TestPartOfGrammarSaysWhatTheWholeDoes(t *testing.T) {
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
	whole, err := newParser(&cli{}, io.Discard, io.Discard, nil)
	require.NoError(t, err)
	compared := 0
	var compare func(node *kong.Node, words []string)
	compare = func(node *kong.Node, words []string) {
		for _, more := range [][]string{nil, {"--help"}, {"--version"}, {"--no-such"}} {
			args := slices.Concat(words, more)
			said, failed, command := parse(&cli{}, args)
			part := grammar(args[0])
			require.NotEqual(t, reflect.TypeFor[*cli](), reflect.TypeOf(part), "%q is parsed by the whole", args)
			partSaid, partFailed, partCommand := parse(part, args)
			require.Equal(t, []string{said, failed, command}, []string{partSaid, partFailed, partCommand}, "%q", args)
			compared++
		}
		for _, child := range node.Children {
			compare(child, append(slices.Clip(words), child.Name))
		}
	}
	for _, child := range whole.Model.Children {
		compare(child, []string{child.Name})
	}
	require.Greater(t, compared, 100)
	for _, first := range []string{"--version", "--help", "version", "History", "no-such", ""} {
		require.IsType(t, &cli{}, grammar(first), first)
	}
}

// Every command that a person may try says how, with an example.
func TestEveryHelpHasAnExample(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{
		{"up"},
		{"history"},
		{"inventory"},
		{"doctor"},
		{"api"},
		{"worker"},
		{"migrate", "up"},
		{"migrate", "status"},
		{"repo", "add"},
		{"repo", "list"},
		{"repo", "sync"},
		{"repo", "remove"},
		{"insight", "create"},
		{"insight", "list"},
		{"insight", "show"},
		{"insight", "points"},
		{"insight", "delete"},
		{"insight", "export"},
		{"series", "status"},
		{"series", "pause"},
		{"series", "resume"},
		{"settings", "list"},
		{"settings", "set"},
	} {
		status, stdout, _ := runCLI(t, append(command, "--help")...)
		require.Equal(t, exitDone, status)
		require.Contains(t, stdout, "Example", "%v", command)
	}
}

// What cannot be served is refused before anything is started.
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
		require.ErrorIs(t, err, os.ErrNotExist, "nothing was started")
	}
}

func TestNamesBelow(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"acme/api.git", "src/acme/api.git", "/home/ann/src/acme/api.git"}, namesBelow("/home/ann/src", "/home/ann/src/acme/api.git"))
	require.Equal(t, []string{"api", "/home/ann/api"}, namesBelow("/home/ann/api", "/home/ann/api"))
}
