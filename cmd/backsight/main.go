package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/backsight/backsight/cmd/backsight/internal/historycmd"
	"github.com/backsight/backsight/cmd/backsight/internal/insightcmd"
	"github.com/backsight/backsight/cmd/backsight/internal/output"
	"github.com/backsight/backsight/cmd/backsight/internal/repocmd"
	"github.com/backsight/backsight/cmd/backsight/internal/seriescmd"
	"github.com/backsight/backsight/cmd/backsight/internal/servecmd"
	"github.com/backsight/backsight/cmd/backsight/internal/settingscmd"
	"github.com/backsight/backsight/insights"
)

// cli is the whole command line. The tags contain the help texts and the names of environment
// variables. newParser adds the names of the subcommands and an example to the help of a group.
type cli struct {
	Up        servecmd.UpCommand          `cmd:"" help:"Run everything on this machine: database, Temporal, worker, API and web page."`
	History   historycmd.HistoryCommand   `cmd:"" help:"Count the matches of a query through the history of repositories, without any service."`
	Inventory historycmd.InventoryCommand `cmd:"" help:"Count files, lines and bytes by language or repository, now or through history, without any service."`
	Repo      repocmd.Command             `cmd:"" help:"Manage repositories and who may see them"`
	Insight   insightcmd.Command          `cmd:"" help:"Manage insights and read their points"`
	Series    seriescmd.Command           `cmd:"" help:"Control series, for operators"`
	Settings  settingscmd.Command         `cmd:"" help:"Read and change settings, which take effect within seconds"`
	Doctor    servecmd.DoctorCommand      `cmd:"" help:"Check whether this machine has what backsight up needs, and say how to repair problems."`
	API       servecmd.APICommand         `cmd:"" name:"api" help:"Run only the API and the web page, for an installation on several machines."`
	Worker    servecmd.WorkerCommand      `cmd:"" help:"Run only a worker, for an installation on several machines."`
	Migrate   servecmd.MigrateCommand     `cmd:"" help:"Migrate the schema of the database"`

	Version kong.VersionFlag `help:"Print the version, the commit and its date."`
}

// exit statuses
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends this process immediately.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run executes one command line and returns its exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	exited := -1
	parser, err := newParser(grammar(args[0]), stdout, stderr, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(stderr, "backsight:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(attachQueries(args))
	if exited >= 0 { // --help and --version print, then call the exit function
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "backsight: %s\nSee `backsight %s--help`.\n", output.CleanLines(err.Error()), commandOf(err))
		return exitUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return report(stderr, parsed.Run(&output.Streams{Out: stdout, Err: stderr}))
}

// grammar returns the struct whose tags kong reads: only the command that the first word names, or
// all of cli when the word names no command. Reading the tags of every command would delay each
// start.
func grammar(first string) any {
	all := reflect.TypeFor[cli]()
	for field := range all.Fields() {
		if _, isCommand := field.Tag.Lookup("cmd"); isCommand && strings.ToLower(field.Name) == first {
			version, _ := all.FieldByName("Version")
			return reflect.New(reflect.StructOf([]reflect.StructField{field, version})).Interface()
		}
	}
	return &cli{}
}

func newParser(grammar any, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	info, _ := debug.ReadBuildInfo() // nil when the program was built without it
	parser, err := kong.New(grammar,
		kong.Name("backsight"),
		kong.Description("How did this code search look over time?"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Vars{"version": versionText(info)}, kong.Writers(stdout, stderr),
		kong.Exit(exit),
		kong.KindMapper(reflect.String, kong.MapperFunc(setText)),
	)
	if err != nil {
		return nil, err
	}
	for _, group := range parser.Model.Children {
		if len(group.Children) > 0 {
			names := make([]string, len(group.Children))
			for i, command := range group.Children {
				names[i] = command.Name
			}
			group.Help += ": " + strings.Join(names, ", ") + "."
			group.Detail = "Example:\n\n    " + exampleOf(group) // kong does not wrap indented text
		}
	}
	return parser, nil
}

// setText sets a flag or an argument to exactly the bytes of the command line. kong's own mapper
// encodes and decodes them as JSON, which replaces bytes that are not UTF-8. A path with such bytes
// would then name another file.
func setText(ctx *kong.DecodeContext, target reflect.Value) error {
	token, err := ctx.Scan.PopValue("string")
	if err != nil {
		return err
	}
	target.SetString(token.String())
	return nil
}

// exampleOf returns the first example in the help of a group's commands, or "".
func exampleOf(group *kong.Node) string {
	for _, command := range group.Children {
		for line := range strings.Lines(command.Detail) {
			line = strings.TrimPrefix(strings.TrimSpace(line), "Example: ")
			if strings.Contains(line, "backsight "+group.Name+" ") {
				return line
			}
		}
	}
	return ""
}

// commandOf returns the command that a usage error belongs to, followed by a space, or "".
func commandOf(err error) string {
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok || parse.Context == nil || parse.Context.Selected() == nil {
		return ""
	}
	return parse.Context.Selected().FullPath()[len("backsight "):] + " "
}

// report prints an error and returns the exit status for it.
func report(stderr io.Writer, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, output.ErrReported):
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "backsight: interrupted")
		return exitFailed
	}
	fmt.Fprintln(stderr, "backsight:", output.CleanLines(err.Error()))
	if insights.ErrorCode(err) == insights.Invalid {
		return exitUsage
	}
	return exitFailed
}
