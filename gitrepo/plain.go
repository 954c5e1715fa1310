package gitrepo

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/backsight/backsight/gitrepo/internal/regular"
)

// This file reads plain repositories without a git process, and returns what git would return.
// Nearly all mirrors are plain. Two git processes for each of 36,000 repositories would take
// minutes. A repository that is unusual in any way is not plain and is left to git.

// maxConfig is the size in bytes above which a configuration file does not count as plain.
const maxConfig = 1 << 20

// openPlain sets the fields of r from the files of the repository at r.gitDir. It returns false
// when the repository is not plain; callers must then ask git.
func (r *Repo) openPlain() bool {
	// A linked work tree shares its object store with others. The meaning of a shallow file, even
	// an empty one, is left to git.
	for _, name := range []string{"commondir", "shallow", "config.worktree"} {
		if _, err := os.Lstat(filepath.Join(r.gitDir, name)); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	if _, _, ok := r.readRef("HEAD"); !ok {
		return false
	}
	text, err := regular.ReadFile(filepath.Join(r.gitDir, "config"))
	if err != nil || len(text) > maxConfig {
		return false
	}
	c, ok := parsePlainConfig(text)
	if !ok || c.bare == "" {
		return false
	}
	r.bare, r.promisor = c.bare == "true", c.promisor
	if r.bare == (filepath.Base(r.gitDir) == ".git") {
		return false // a bare .git folder, or a folder of another name that claims to be non-bare
	}
	r.format, r.objects = "sha1", filepath.Join(r.gitDir, "objects")
	return true
}

// plainConfig holds the settings that Open needs.
type plainConfig struct {
	bare     string // "true", "false", or "" when it is not set
	promisor bool   // a remote is a promisor: git would fetch missing objects from it
}

// parsePlainConfig parses a configuration with one entry per line, in the sections that ordinary
// repositories have. ok is false when it contains anything else: an entry of another section (such
// as include or extensions), a setting of the section core that is not listed here, or a value that
// is quoted, continued or followed by a comment.
func parsePlainConfig(text []byte) (c plainConfig, ok bool) {
	section := ""
	for line := range bytes.Lines(text) {
		entry := strings.TrimSpace(string(line))
		switch {
		case entry == "" || entry[0] == '#' || entry[0] == ';':
			continue
		case entry[0] == '[':
			if entry[len(entry)-1] != ']' {
				return c, false
			}
			section = strings.ToLower(strings.Trim(entry, "[]"))
			if strings.HasPrefix(section, "core ") {
				return c, false
			}
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		if strings.ContainsAny(value, "\\\"#;") {
			return c, false
		}
		kind, _, _ := strings.Cut(section, " ")
		switch kind {
		case "core":
			switch name {
			case "bare":
				if value != "true" && value != "false" {
					return c, false
				}
				c.bare = value
			case "repositoryformatversion":
				if value != "0" && value != "1" {
					return c, false
				}
			case "filemode", "ignorecase", "precomposeunicode", "symlinks", "logallrefupdates", "autocrlf", "eol", "compression":
			default:
				return c, false
			}
		case "remote":
			c.promisor = c.promisor || name == "promisor" || name == "partialclonefilter"
		case "branch", "user", "gc", "pack", "fetch", "maintenance", "i18n":
		default:
			return c, false
		}
	}
	return c, true
}

// readRef reads a ref. It returns the name of the target if the ref is symbolic, else an object id.
// ok is false when the ref is absent or has another form.
func (r *Repo) readRef(name string) (symbolic string, id OID, ok bool) {
	path := filepath.Join(r.gitDir, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		id, ok = r.packedRef(name)
		return "", id, ok
	}
	// Old versions of git stored a symbolic ref as a symbolic link.
	if err != nil || !info.Mode().IsRegular() {
		return "", "", false
	}
	text, err := regular.ReadFile(path)
	if err != nil {
		return "", "", false
	}
	line, plain := strings.CutSuffix(string(text), "\n")
	if target, isRef := strings.CutPrefix(line, "ref: "); isRef {
		return target, "", plain && plainRef(target)
	}
	return "", OID(line), plain && OID(line).Valid()
}

// plainRef reports whether `name` is the name of a ref that can be used as a file path unchanged.
func plainRef(name string) bool {
	if !strings.HasPrefix(name, "refs/") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return !strings.ContainsAny(name, " \t\n\\:?*[~^\x7f")
}

// wholeRefs is the size in bytes up to which packedRef reads a packed-refs file whole.
const wholeRefs = 64 << 10

// packedRef finds a ref in the file packed-refs. ok is false when the ref is not there, or when the
// file is damaged or not sorted: then git decides. A file of more than wholeRefs bytes may have a
// hundred thousand lines. packedRef then reads only up to the place of the ref, and checks only
// these lines and the last byte of the file. Branches come before tags.
func (r *Repo) packedRef(name string) (id OID, ok bool) {
	file, size, err := regular.Open(filepath.Join(r.gitDir, "packed-refs"))
	if err != nil {
		return "", false
	}
	defer file.Close()
	if !endsInLineFeed(file, size) {
		return "", false
	}
	var previous []byte
	lines := bufio.NewReader(file)
	for first := true; ; first = false {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return id, ok && errors.Is(err, io.EOF)
		}
		line = line[:len(line)-1]
		if !plainPackedLine(line) || line[0] == '#' && !first {
			return "", false
		}
		if line[0] == '#' || line[0] == '^' {
			continue
		}
		found, ref, _ := bytes.Cut(line, []byte{' '})
		if bytes.Compare(ref, previous) <= 0 {
			return "", false
		}
		previous = append(previous[:0], ref...)
		if string(ref) == name && len(found) == 40 {
			id, ok = OID(found), true
		} else if string(ref) > name && size > wholeRefs {
			return id, ok
		}
	}
}

// endsInLineFeed reports whether the last byte of a file of `size` bytes is a line feed. A file
// that was cut off usually ends in a different byte.
func endsInLineFeed(file *os.File, size int64) bool {
	last := []byte{0}
	_, err := file.ReadAt(last, size-1)
	return err == nil && last[0] == '\n'
}

// plainPackedLine reports whether a line of packed-refs has the form that git writes: the header,
// "^<id>", or "<id> <ref>".
func plainPackedLine(line []byte) bool {
	if bytes.HasPrefix(line, []byte("# pack-refs with:")) {
		return true
	}
	if len(line) > 0 && line[0] == '^' {
		return validID(line[1:])
	}
	id, ref, _ := bytes.Cut(line, []byte{' '})
	return validID(id) && len(ref) > 0 && !bytes.ContainsFunc(ref, func(r rune) bool { return r <= ' ' })
}
