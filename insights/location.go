package insights

import (
	"net/url"
	"path"
	"strings"
	"unicode/utf8"
)

// RepositoryIdentity returns a text that is equal for spellings of one location of a repository.
// `local` says that the location is a path; callers must have resolved its symbolic links.
//
// The identity of a path, and of a file URL, is the cleaned path. The identity of another clone URL
// is its host and path, because a host serves the same repository under https, ssh and git: it has
// no scheme, user, password, default port, ".git" at the end or letter case of the host. The
// identity of a location that cannot be parsed is the location itself.
func RepositoryIdentity(location string, local bool) string {
	if local {
		return path.Clean(location)
	}
	if !strings.Contains(location, "://") {
		return scpIdentity(location)
	}
	u, err := url.Parse(location)
	if err != nil || !utf8.ValidString(u.Path) {
		return location
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if strings.EqualFold(u.Scheme, "file") && (host == "" || host == "localhost") {
		return path.Clean("/" + u.Path)
	}
	if port := strings.TrimLeft(u.Port(), "0"); port != "" && port != defaultPorts[strings.ToLower(u.Scheme)] {
		host += ":" + port
	}
	return host + trimmedPath(u.Path)
}

// defaultPorts maps schemes to the ports that git uses without a port in the URL.
var defaultPorts = map[string]string{"http": "80", "https": "443", "ssh": "22", "git+ssh": "22", "ssh+git": "22", "git": "9418"}

// scpIdentity returns the identity of a location such as git@host:owner/name.git.
func scpIdentity(location string) string {
	host, rest, found := strings.Cut(location, ":")
	if !found || strings.Contains(host, "/") {
		return location
	}
	if _, after, hasUser := strings.Cut(host, "@"); hasUser {
		host = after
	}
	return strings.ToLower(strings.TrimSuffix(host, ".")) + trimmedPath(rest)
}

// trimmedPath returns a path without what does not change the repository that it names.
func trimmedPath(text string) string {
	text = path.Clean("/" + text)
	return strings.TrimSuffix(strings.TrimSuffix(text, "/.git"), ".git")
}
