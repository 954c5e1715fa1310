package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// execute runs the built program and returns its standard output. Exit status 1 is not an error if
// the program printed something to stdout: it means that samples are partial or failed.
func execute(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 && stdout.Len() > 0 {
		return stdout.Bytes(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("backsight %.200s: %w: %.300s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.Bytes(), nil
}

// runProgram runs the first check of each fixture with the built program, except inventories and
// queries that must be refused.
func runProgram(t *testing.T, all []*built) {
	t.Helper()
	work := make(chan *built)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for x := range work {
				x.runProgram(t.Context())
			}
		})
	}
	for _, x := range all {
		if x != nil {
			work <- x
		}
	}
	close(work)
	group.Wait()
}

func (x *built) runProgram(ctx context.Context) {
	c, r := x.checks[0], x.results[0]
	if c.languages || r.right == "refused" {
		return
	}
	want := x.samples(c, x.times)
	args := []string{"history", "--query=" + c.query, "--json"}
	if x.command(x.builder, c).ByValue {
		args = append(args, "--by-value")
	}
	if x.flags.rev != "" {
		args = append(args, "--rev="+x.flags.rev)
	}
	for _, when := range at(want) {
		args = append(args, "--at="+when)
	}
	out, err := execute(ctx, append(args, "--", x.path)...)
	var lines []line
	if err == nil {
		lines, err = decode(out)
	}
	r.note(asProgram, want, lines, err)
}
