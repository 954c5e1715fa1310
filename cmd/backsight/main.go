package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/backsight/backsight/insights"
)

// version is set at link time (-ldflags "-X main.version=…").
var version = "dev"

// cli is the whole command line; help and environment variables come from the tags.
type cli struct {
	Up        upCommand        `cmd:"" help:"Run everything on this machine: database, Temporal, worker, API and web page."`
	History   historyCommand   `cmd:"" help:"Count a query through the history of repositories, without any service."`
	Inventory inventoryCommand `cmd:"" help:"Files, lines and bytes by language or repository, now or through history, without any service."`
	Repo      repoCommand      `cmd:"" help:"Repositories: add, list, sync, remove, and who sees them."`
	Insight   insightCommand   `cmd:"" help:"Insights: create, list, show, points, delete."`
	Series    seriesCommand    `cmd:"" help:"Series, for operators: status, pause, resume."`
	Settings  settingsCommand  `cmd:"" help:"Settings that act within seconds: limits, budgets."`
	Doctor    doctorCommand    `cmd:"" help:"Say what was found on this machine, why it was chosen, and how to mend what is wrong."`
	API       apiCommand       `cmd:"" name:"api" help:"Run the API and web page alone, for more than one machine."`
	Worker    workerCommand    `cmd:"" help:"Run a worker alone, for more than one machine."`
	Migrate   migrateCommand   `cmd:"" help:"The database's schema: up, status."`

	Version kong.VersionFlag `help:"Print the version."`
}

// exit statuses
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// errWrong is returned by doctor when it found something; it has printed what.
var errWrong = errors.New("something is wrong")

// errIncomplete is returned by commands that did what they were asked for, but whose result has gaps: status 1 and no
// message beyond what was printed.
var errIncomplete = errors.New("some samples are partial or failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once; what it started dies with it.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// streams is where commands print: results to Out, everything else to Err.
type streams struct{ Out, Err io.Writer }

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
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help and --version print and "exit"
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "backsight: %s\nSee `backsight %s--help`.\n", err, commandOf(err))
		return exitUsage
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return report(stderr, parsed.Run(&streams{Out: stdout, Err: stderr}))
}

// grammar is what a command line is parsed by: of cli only the command that its first
// word names, if it does, as kong would read the tags of all at every start.
func grammar(first string) any {
	all := reflect.TypeFor[cli]()
	for i := range all.NumField() {
		field := all.Field(i)
		if _, isCommand := field.Tag.Lookup("cmd"); isCommand && strings.ToLower(field.Name) == first {
			version, _ := all.FieldByName("Version")
			return reflect.New(reflect.StructOf([]reflect.StructField{field, version})).Interface()
		}
	}
	return &cli{}
}

func newParser(grammar any, stdout, stderr io.Writer, exit func(int)) (*kong.Kong, error) {
	return kong.New(grammar,
		kong.Name("backsight"),
		kong.Description("How did this code search look over time?"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.Vars{"version": version}, kong.Writers(stdout, stderr),
		kong.Exit(exit),
	)
}

// commandOf is the command that a usage error belongs to, with a space behind it.
func commandOf(err error) string {
	var parse *kong.ParseError
	if !errors.As(err, &parse) || parse.Context == nil || parse.Context.Selected() == nil {
		return ""
	}
	return parse.Context.Selected().FullPath()[len("backsight "):] + " "
}

// report prints an error and returns the exit status it stands for.
func report(stderr io.Writer, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errIncomplete), errors.Is(err, errWrong):
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "backsight: interrupted")
		return exitFailed
	}
	fmt.Fprintln(stderr, "backsight:", err)
	if insights.ErrorCode(err) == insights.Invalid {
		return exitUsage
	}
	return exitFailed
}
