package gitrepo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	neturl "net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/backsight/backsight/insights"
)

// refspecs are the refs that a mirror holds: all branches and tags. Other refs are left out,
// because code hosts keep the commits of every pull request in them.
var refspecs = []string{"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}

// scpLike matches the short form of an ssh URL, [user@]host:path. The character after the first
// colon must not be another colon: "ext::" and similar forms select a transport helper, which may
// run a program. The host has at least two characters, because C: is a drive.
var scpLike = regexp.MustCompile(`^([A-Za-z0-9_.+~-]+@)?[A-Za-z0-9][A-Za-z0-9_.-]+:[^:].*$`)

// notHosts are schemes of URLs without "//", which have the form host:path.
var notHosts = []string{"about", "blob", "data", "file", "git", "http", "https", "javascript", "mailto", "rad", "ssh", "urn", "vbscript"}

// CheckURL returns nil when a mirror may be cloned from url: a URL with the scheme https, http,
// ssh, git or file, or host:path, or an absolute path. Otherwise it returns an *insights.Error with
// code Invalid. It refuses all other schemes (ext:: runs a program), everything that looks like a
// command-line flag, and everything that contains a NUL or a line break.
func CheckURL(url string) error {
	refuse := func(why string) error {
		return insights.Errorf(insights.Invalid, "clone URL %q: %s; expected a URL with the scheme https, http, ssh, git or file, or host:path, or an absolute path", url, why)
	}
	if url == "" || strings.HasPrefix(url, "-") {
		return refuse("it is empty or looks like a command-line flag")
	}
	if strings.ContainsAny(url, "\x00\n\r") {
		return refuse("it contains a NUL or a line break")
	}
	if filepath.IsAbs(url) {
		return nil
	}
	if scheme, rest, ok := strings.Cut(url, "://"); ok {
		switch scheme {
		case "https", "http", "ssh", "git", "file":
			if rest == "" || strings.HasPrefix(rest, "-") {
				return refuse("what follows :// is empty or looks like a command-line flag")
			}
			if _, err := neturl.Parse(url); err != nil {
				// The error would contain the password.
				return insights.Errorf(insights.Invalid, "the clone URL is not a valid URL: write special characters in it as %%XX")
			}
			return nil
		}
		return refuse("the scheme " + scheme + " is not allowed")
	}
	if strings.Contains(url, "::") || !scpLike.MatchString(url) {
		return refuse("its form is not supported")
	}
	host, _, _ := strings.Cut(url, ":")
	if slices.Contains(notHosts, strings.ToLower(host)) {
		return refuse(host + " is the scheme of a URL and no host; for a host of this name, write ssh://" + host + "/path")
	}
	return nil
}

// CloneMirror makes a bare mirror of the branches and tags of `url` in the folder `dir`. The folder
// must be absent or empty; otherwise the error is an *insights.Error with code Conflict. The mirror
// appears in `dir` complete or not at all: it is made in a temporary folder, which is then renamed
// to `dir`.
func CloneMirror(ctx context.Context, url, dir string) (*Repo, error) {
	if err := CheckURL(url); err != nil {
		return nil, err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, insights.Errorf(insights.Conflict, "mirror %s: the folder exists and is not empty", dir)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, fmt.Errorf("mirror %s: %w", dir, err)
	}
	part, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".part-")
	if err != nil {
		return nil, fmt.Errorf("mirror %s: %w", dir, err)
	}
	defer os.RemoveAll(part)

	remote, err := askRemote(ctx, url)
	if err != nil {
		return nil, err
	}
	setup := [][]string{
		{"init", "--quiet", "--bare", "--template=", "--object-format=" + remote.format, part},
		{"config", "remote.origin.url", url},
	}
	for _, spec := range refspecs {
		setup = append(setup, []string{"config", "--add", "remote.origin.fetch", spec})
	}
	for i, args := range setup {
		gitDir := part
		if i == 0 {
			gitDir = ""
		}
		cmd := command(ctx, reading, gitDir, args...)
		if _, err := outputOf(cmd); err != nil {
			return nil, gitError(ctx, "mirror "+dir, args[0], cmd, err)
		}
	}
	half := &Repo{dir: part, gitDir: part, bare: true, format: remote.format}
	if err := half.fetchFrom(ctx, remote); err != nil {
		return nil, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("mirror %s: %w", dir, err)
	}
	if err := os.Rename(part, dir); err != nil {
		return nil, fmt.Errorf("mirror %s: %w", dir, err)
	}
	return Open(ctx, dir)
}

// SetURL makes the mirror fetch from the URL from now on.
func (r *Repo) SetURL(ctx context.Context, url string) error {
	if err := CheckURL(url); err != nil {
		return err
	}
	out, err := r.output(ctx, "config", "--get", "remote.origin.url")
	if err == nil && strings.TrimSuffix(string(out), "\n") == url {
		return nil
	}
	_, err = r.output(ctx, "config", "remote.origin.url", url)
	return err
}

// Fetch updates the mirror to the state of its remote: it removes branches and tags that the remote
// no longer has, and sets HEAD to the remote's default branch, if the remote names one. It is
// idempotent. A Fetch that fails half-way may have added objects, and updated or removed some refs;
// a later Fetch completes it.
func (r *Repo) Fetch(ctx context.Context) error {
	out, err := r.output(ctx, "config", "--get", "remote.origin.url")
	if err != nil {
		if exitCode(err) == 1 {
			return insights.Errorf(insights.Invalid, "repository %s: it has no remote named origin to fetch from", r.dir)
		}
		return err
	}
	url := strings.TrimSuffix(string(out), "\n")
	if err := CheckURL(url); err != nil {
		return err
	}
	remote, err := askRemote(ctx, url)
	if err != nil {
		return err
	}
	return r.fetchFrom(ctx, remote)
}

func (r *Repo) fetchFrom(ctx context.Context, remote remoteState) error {
	// With fetch.unpackLimit=1, git keeps even a few fetched objects in a pack, which gitrepo reads
	// without a process.
	//
	// A mirror has no commit-graph file, because the file holds only 34 bits of each commit time
	// (see LatestTime), and git 2.39 never stops writing it if the time of a commit is 2^64-1.
	args := []string{"-c", "fetch.unpackLimit=1", "-c", "fetch.writeCommitGraph=false", "-c", "gc.writeCommitGraph=false", "fetch", "--quiet", "--prune", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--update-head-ok", "origin"}
	cmd := command(ctx, fetching, r.gitDir, append(args, refspecs...)...)
	if _, err := outputOf(cmd); err != nil {
		return r.wrap(ctx, "fetch", cmd, err)
	}
	if remote.head == "" {
		return nil // an empty remote, or one with a detached HEAD: HEAD stays unchanged
	}
	_, err := r.output(ctx, "symbolic-ref", "HEAD", remote.head)
	return err
}

// remoteState is what a remote reports about itself before anything is fetched.
type remoteState struct {
	head   string // the full ref of its default branch, "" when it has none
	format string // its object format; "sha1" when it has no branches
}

func askRemote(ctx context.Context, url string) (remoteState, error) {
	cmd := command(ctx, fetching, "", "ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*")
	out, err := outputOf(cmd)
	if err != nil {
		return remoteState{}, gitError(ctx, "remote "+cmp.Or(Host(url), url), "ls-remote", cmd, err)
	}
	state := remoteState{format: "sha1"}
	for line := range strings.Lines(string(out)) {
		left, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if ref, ok := strings.CutPrefix(left, "ref: "); ok && name == "HEAD" {
			state.head = ref
		} else if len(left) == 64 {
			state.format = "sha256"
		}
	}
	return state, nil
}

// exitCode returns the exit status of git, or -1 when err is not from a git process that exited by
// itself.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}
