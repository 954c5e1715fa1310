package devstack

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/backsight/backsight/insights"
)

// An account is the user account that Postgres runs as. nil means the account of this process.
type account struct {
	name     string
	uid, gid uint32
}

// postgresAccount returns the account for a Postgres whose files are, or will be, in the folder
// `pgdata`. When this process does not run as root, the result is nil: its own account. When it
// runs as root, the result is the owner of the folder or, if the folder does not exist or belongs
// to root, "postgres" or else "nobody".
func postgresAccount(pgdata string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if info, err := os.Stat(pgdata); err == nil {
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 0 {
			return &account{name: accountName(owner.Uid), uid: owner.Uid, gid: owner.Gid}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return nil, insights.Errorf(insights.Unavailable, "postgres: Postgres refuses to run as root, and "+
		"there is no account named postgres or nobody to run it; start backsight as an ordinary user, or add an account: useradd --system postgres")
}

func accountName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if found, err := user.LookupId(id); err == nil {
		return found.Username
	}
	return "uid " + id
}

// run makes cmd run as the account.
func (a *account) run(cmd *exec.Cmd) {
	if a == nil {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// own makes the account the owner of the file `path`.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// reach returns an error that names the first folder on the way to `path` that the account cannot
// enter. It ignores the part of `path` that does not exist yet.
func (a *account) reach(path string) error {
	if a == nil {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	at := "/"
	for _, part := range append([]string{""}, strings.Split(strings.Trim(path, "/"), "/")...) {
		at = filepath.Join(at, part)
		info, err := os.Stat(at)
		if err != nil {
			return nil //nolint:nilerr // the rest does not exist yet
		}
		if info.IsDir() && !a.may(info, 0o1) {
			return fmt.Errorf("the account %s cannot enter %s (mode %04o)", a.name, at, info.Mode().Perm())
		}
	}
	return nil
}

// may reports whether the file's mode grants the account a permission: 4 is read, 2 is write, 1 is
// execute.
func (a *account) may(info fs.FileInfo, bit fs.FileMode) bool {
	owner := info.Sys().(*syscall.Stat_t)
	switch {
	case owner.Uid == a.uid:
		bit <<= 6
	case owner.Gid == a.gid:
		bit <<= 3
	}
	return info.Mode().Perm()&bit != 0
}
