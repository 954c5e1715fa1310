package gitrepo

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
)

// Host returns the scheme and host that a clone URL leads to, without user and path: "https://example.com:8443", "ssh://example.com" for
// git@example.com:path. It is "" for what lies on this machine.
func Host(remote string) string {
	if filepath.IsAbs(remote) {
		return ""
	}
	if strings.Contains(remote, "://") {
		u, err := url.Parse(remote)
		if err != nil || u.Host == "" || u.Scheme == "file" {
			return ""
		}
		return u.Scheme + "://" + strings.ToLower(u.Host)
	}
	name, _, found := strings.Cut(remote, ":")
	if !found {
		return ""
	}
	return "ssh://" + strings.ToLower(name[strings.LastIndexByte(name, '@')+1:])
}

// unreached is what git, curl and ssh say when they got no connection, whatever the repository.
var unreached = []string{
	"could not resolve host", "could not resolve proxy", "unable to look up", // names
	"failed to connect to", "couldn't connect to server", "unable to connect to", "connect to host",
}

// Unreached reports whether err is of a git process that found nobody at the remote's host: its name is unknown, or nothing listens. A host that
// answers and refuses is reached.
func Unreached(err error) bool {
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	said := strings.ToLower(failed.Stderr)
	for _, words := range unreached {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
