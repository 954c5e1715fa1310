package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/backsight/backsight/insights"
)

// waitDelay is how long the pipes to a killed git stay open. After that, this process closes them.
const waitDelay = 5 * time.Second

// maxStderr is how many bytes of git's stderr an error keeps. The first lines name the cause.
const maxStderr = 2048

// purpose is what a git process is for. It decides which configuration the process uses, and
// whether it may use the network.
type purpose int

const (
	reading  purpose = iota // uses local files and the repository's own configuration only
	fetching                // may use the network, and the user's credentials and proxies
)

// command creates all git processes; nothing else starts git.
func command(ctx context.Context, why purpose, gitDir string, args ...string) *exec.Cmd {
	// git log prints texts in UTF-8, whatever the repository's configuration says.
	full := []string{"-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "gc.autoDetach=false", "-c", "i18n.logOutputEncoding=UTF-8", "-c", "advice.graftFileDeprecated=false"}
	if gitDir != "" {
		full = append(full, "--git-dir="+gitDir)
	}
	cmd := exec.CommandContext(ctx, "git", append(full, args...)...)
	cmd.Env = environment(why)
	cmd.WaitDelay = waitDelay
	cmd.Stderr = &stderrHead{}
	return cmd
}

// environment returns the environment of a git process. It is the environment of this process
// without the variables that redirect git to other files or translate its messages, but with
// variables that forbid prompts and the fetching of missing objects, that make git ignore replace
// refs and grafts (see Unapplied), and that make git write its output in blocks: by default, git
// rev-list writes each commit with a system call of its own.
func environment(why purpose) []string {
	env := make([]string, 0, 32)
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "GIT_") && (why == reading || !allowedWhenFetching(name)) || strings.HasPrefix(name, "LC_") || name == "LANG" || name == "LANGUAGE" {
			continue
		}
		env = append(env, entry)
	}
	env = append(env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE="+os.DevNull, "GIT_NO_LAZY_FETCH=1", "GIT_FLUSH=0")
	if why == reading {
		// Git before 2.45 ignores GIT_NO_LAZY_FETCH. If no protocol is allowed, these versions
		// cannot fetch missing objects either.
		env = append(env, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ALLOW_PROTOCOL=none")
	} else {
		env = append(env, "GIT_ALLOW_PROTOCOL=https:http:ssh:git:file")
	}
	return env
}

// allowedWhenFetching reports whether a GIT_* variable configures how git reaches remotes, such as
// ssh commands and proxies.
func allowedWhenFetching(name string) bool {
	switch name {
	case "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_HTTP_PROXY_AUTHMETHOD",
		"GIT_HTTP_LOW_SPEED_LIMIT", "GIT_HTTP_LOW_SPEED_TIME", "GIT_HTTP_USER_AGENT", "GIT_CURL_VERBOSE",
		"GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_COUNT", "GIT_EXEC_PATH":
		return true
	}
	return strings.HasPrefix(name, "GIT_SSL_") || strings.HasPrefix(name, "GIT_CONFIG_KEY_") || strings.HasPrefix(name, "GIT_CONFIG_VALUE_")
}

// output runs git on the repository and returns its stdout.
func (r *Repo) output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := command(ctx, reading, r.gitDir, args...)
	out, err := outputOf(cmd)
	return out, r.wrap(ctx, args[0], cmd, err)
}

// outputOf runs cmd and returns its stdout. Unlike cmd.Output it leaves cmd.Stderr unchanged.
func outputOf(cmd *exec.Cmd) ([]byte, error) {
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	return out.Bytes(), err
}

// wrap converts the error of a git process to one that names the repository and quotes git's
// message. It returns nil when err is nil.
func (r *Repo) wrap(ctx context.Context, verb string, cmd *exec.Cmd, err error) error {
	if err == nil {
		return nil
	}
	return gitError(ctx, "repository "+r.dir, verb, cmd, err)
}

func gitError(ctx context.Context, object, verb string, cmd *exec.Cmd, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: git %s: %w", object, verb, context.Cause(ctx))
	}
	if errors.Is(err, exec.ErrNotFound) {
		return insights.Errorf(insights.Unavailable, "%s: git is not installed or not in PATH", object)
	}
	said := ""
	if head, ok := cmd.Stderr.(*stderrHead); ok {
		said = head.String()
	}
	return &Error{Object: object, Verb: verb, Stderr: said, Err: err}
}

// Error reports a git process that failed.
type Error struct {
	Object string // what git worked on, for example "repository /srv/mirrors/1.git"
	Verb   string // git's subcommand
	Stderr string // the start of what git printed to stderr, with "; " instead of line breaks
	Err    error  // how the process ended, usually an *exec.ExitError
}

func (e *Error) Error() string {
	how := e.Err.Error()
	if exit, ok := errors.AsType[*exec.ExitError](e.Err); ok {
		if exit.Exited() {
			how = fmt.Sprintf("exited %d", exit.ExitCode())
		} else {
			how = "was ended by a signal (" + exit.String() + ")"
		}
	}
	if e.Stderr == "" {
		return fmt.Sprintf("%s: git %s %s", e.Object, e.Verb, how)
	}
	return fmt.Sprintf("%s: git %s %s: %s", e.Object, e.Verb, how, e.Stderr)
}

func (e *Error) Unwrap() error { return e.Err }

// stderrHead keeps the first maxStderr bytes written to it and drops the others.
type stderrHead struct{ text []byte }

func (s *stderrHead) Write(p []byte) (int, error) {
	s.text = append(s.text, p[:min(len(p), maxStderr-len(s.text))]...)
	return len(p), nil
}

// String returns the kept bytes as one line.
func (s *stderrHead) String() string {
	return strings.Join(strings.FieldsFunc(string(s.text), func(c rune) bool { return c == '\n' || c == '\r' }), "; ")
}
