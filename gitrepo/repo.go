package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
	"github.com/backsight/backsight/insights"
)

// OID is the id of a git object: 40 hex digits (SHA-1) or 64 (SHA-256), lower case.
type OID string

// Valid reports whether id has the form of an object id.
func (id OID) Valid() bool { return validID(id) }

func validID[T ~string | ~[]byte](id T) bool {
	if len(id) != 40 && len(id) != 64 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// ErrNoCommits is returned for a repository that has none of the branches among which DefaultBranch
// chooses, and so no history.
var ErrNoCommits = errors.New("the repository has no commits")

// Repo is a git repository on this machine. It holds no resources and is safe for concurrent use.
type Repo struct {
	dir      string // the path given to Open, made absolute
	gitDir   string // the git directory: dir itself if bare, otherwise its .git
	objects  string // the object store; a linked work tree has it in another folder
	bare     bool
	shallow  bool
	promisor bool   // the repository is a partial clone; see partialclone.go
	format   string // "sha1" or "sha256"
	plain    bool   // openPlain could read the repository without git; see plain.go
}

// Open opens the repository in dir, which is a bare repository or the folder of a work tree,
// possibly a linked one. It does not search parent folders. The error is an *insights.Error with
// code NotFound when dir holds no repository, or one that git refuses to open. When git is killed
// or cannot be started, or ctx ends, the error has another code.
func Open(ctx context.Context, dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "repository %s: %v", dir, err)
	}
	if _, err := os.Stat(abs); err != nil {
		return nil, insights.Errorf(insights.NotFound, "repository %s: %v", dir, errors.Unwrap(err))
	}
	r := &Repo{dir: abs, gitDir: findGitDir(abs)}
	if r.gitDir == "" {
		return nil, insights.Errorf(insights.NotFound, "repository %s: not a git repository (neither it nor its .git has HEAD, objects and refs)", dir)
	}
	if r.plain = r.openPlain(); r.plain {
		return r, nil
	}
	if err := r.checkFiles("HEAD"); err != nil {
		return nil, err
	}
	if err := r.openByGit(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// checkFiles returns an Invalid error if one of the files that git reads in each repository is a
// named pipe or a device: git would wait for ever. It checks the ref `name` and the refs to which
// it leads, but no other refs.
func (r *Repo) checkFiles(name string) error {
	common := CommonDir(r.dir)
	for _, file := range []string{"config", "config.worktree", "commondir", "shallow", "packed-refs", "info/grafts", "objects/info/alternates"} {
		for _, folder := range []string{r.gitDir, common} {
			if err := r.checkFile(filepath.Join(folder, file)); err != nil {
				return err
			}
		}
	}
	for range 5 { // git follows at most five symbolic refs
		folder := r.gitDir
		if strings.HasPrefix(name, "refs/") { // linked work trees share these
			folder = common
		}
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := r.checkFile(path); err != nil {
			return err
		}
		text, err := regular.ReadFile(path)
		target, symbolic := strings.CutPrefix(strings.TrimSpace(string(text)), "ref: ")
		if err != nil || !symbolic || !plainRef(target) {
			return nil //nolint:nilerr // git says what is wrong
		}
		name = target
	}
	return nil
}

func (r *Repo) checkFile(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return insights.Errorf(insights.Invalid, "repository %s: %s is not a regular file", r.dir, path)
	}
	return nil // git says what is wrong with a file that cannot be read
}

// openByGit asks git for the properties of the repository.
func (r *Repo) openByGit(ctx context.Context) (err error) {
	out, err := r.output(ctx, "rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-object-format", "--git-path", "objects")
	if err != nil {
		if ctx.Err() != nil || exitCode(err) != 128 { // the status with which git refuses to go on
			return err
		}
		return insights.Errorf(insights.NotFound, "%v", err)
	}
	// The path comes last because it may contain line feeds.
	fields := strings.SplitN(strings.TrimSuffix(string(out), "\n"), "\n", 4)
	if len(fields) != 4 {
		return insights.Errorf(insights.Internal, "repository %s: unexpected output of git rev-parse: %q", r.dir, out)
	}
	r.bare, r.shallow, r.format = fields[0] == "true", fields[1] == "true", fields[2]
	if r.objects, err = filepath.Abs(fields[3]); err != nil {
		return insights.Errorf(insights.Internal, "repository %s: %v", r.dir, err)
	}
	if r.promisor, err = r.hasPromisor(ctx); err != nil {
		return err
	}
	return nil
}

// Dir returns the absolute form of the path that Open was called with.
func (r *Repo) Dir() string { return r.dir }

// EndsEarly reports whether the oldest commit of a history has parents that this repository lacks
// because it is a shallow clone. The state of the repository before that commit is then unknown. A
// shallow clone can also have a whole history, when only other branches are cut.
func (r *Repo) EndsEarly(ctx context.Context, oldest OID) (bool, error) {
	if !r.shallow {
		return false, nil
	}
	objects, err := r.Objects()
	if err != nil {
		return false, err
	}
	defer objects.Close()
	hash, _ := HashOf(oldest)
	early := false
	err = objects.Read(ctx, []Hash{hash}, ReadOptions{Workers: 1}, func(_, _ int, object *Object) error {
		if object.Problem != "" {
			return insights.Errorf(insights.Unavailable, "repository %s: commit %s: %s", r.dir, oldest, object.Problem)
		}
		header, _, _ := bytes.Cut(object.Data, []byte("\n\n"))
		early = object.Kind == KindCommit && bytes.Contains(header, []byte("\nparent "))
		return nil
	})
	return early, err
}

// Boundary returns the commits at which git cuts the histories of a shallow clone, as the file
// `shallow` lists them. It returns nil if this is not a shallow clone.
func (r *Repo) Boundary() ([]OID, error) {
	if !r.shallow {
		return nil, nil
	}
	text, err := regular.ReadFile(filepath.Join(filepath.Dir(r.objects), "shallow"))
	if err != nil {
		return nil, fmt.Errorf("repository %s: the commits at which the history is cut cannot be read: %w", r.dir, err)
	}
	var ids []OID
	for _, line := range strings.Fields(string(text)) {
		ids = append(ids, OID(line))
	}
	return ids, nil
}

// findGitDir returns the git directory of dir, or "" when there is none. It does not use git's own
// discovery, because git searches parent folders and could find another repository there.
func findGitDir(dir string) string {
	if isGitDir(dir) {
		return dir
	}
	dotGit := filepath.Join(dir, ".git")
	info, err := os.Stat(dotGit)
	if err != nil {
		return ""
	}
	if info.IsDir() {
		if isGitDir(dotGit) {
			return dotGit
		}
		return ""
	}
	// A linked work tree or a submodule: .git is a file that names the git directory.
	text, err := regular.ReadFile(dotGit)
	if err != nil {
		return ""
	}
	target, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if !ok {
		return ""
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(dir, target)
	}
	if _, err := os.Stat(filepath.Join(target, "HEAD")); err != nil {
		return ""
	}
	return filepath.Clean(target)
}

// isGitDir reports whether dir looks like a git directory: HEAD, objects and refs exist. git also
// looks at the content of HEAD.
func isGitDir(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}
