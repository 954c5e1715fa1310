package gitrepo

import (
	"errors"
	"net/url"
	"path/filepath"
	"strings"
)

// Host returns the scheme and host of a clone URL, without user and path:
// "https://example.com:8443", or "ssh://example.com" for git@example.com:path. It returns "" for
// the URL or path of a repository on this machine.
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

// FileURL returns the clone URL of a repository on this machine. Unlike a path, the URL is always
// ASCII text: it escapes all other bytes, and git decodes them.
func FileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// unreachable lists parts of the messages with which git, curl and ssh report that they could not
// connect to the host.
var unreachable = []string{
	"could not resolve host", "could not resolve proxy", "unable to look up", // no address
	"failed to connect to", "couldn't connect to server", "unable to connect to", "connect to host",
}

// Unreachable reports whether err comes from a git process that could not connect to the remote's
// host: the name of the host or of a proxy does not resolve, or nothing listens there. It returns
// false when the host answered, for example with a refused login.
func Unreachable(err error) bool {
	failed, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	said := strings.ToLower(failed.Stderr)
	for _, words := range unreachable {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
