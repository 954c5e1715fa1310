package insights_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
)

func TestSpellingsOfOneLocationHaveOneIdentity(t *testing.T) {
	t.Parallel()
	for identity, spellings := range map[string][]string{
		"git.example/acme/api": {
			"https://git.example/acme/api", "https://git.example/acme/api.git", "https://git.example/acme/api/",
			"https://git.example/acme/api.git/", "https://git.example/acme/./api.git", "https://git.example//acme//api.git",
			"https://git.example/acme/x/../api.git", "https://git.example/acme/%61pi.git", "https://git.example:443/acme/api.git",
			"https://GIT.Example/acme/api.git", "https://git.example./acme/api.git", "HTTPS://git.example/acme/api.git",
			"https://ann:secret@git.example/acme/api.git", "https://token@git.example/acme/api.git",
			"http://git.example/acme/api.git", "http://git.example:80/acme/api.git", "git://git.example/acme/api.git",
			"git://git.example:9418/acme/api.git", "ssh://git@git.example/acme/api.git", "ssh://git@git.example:22/acme/api.git",
			"git+ssh://git@git.example/acme/api.git", "git@git.example:acme/api.git", "git@git.example:/acme/api.git",
			"git.example:acme/api", "ann@GIT.example:acme/api.git/", "https://git.example/acme/api/.git",
			"https://git.example/acme/api.git?x=1", "https://git.example/acme/api.git#readme",
		},
		"git.example:8080/acme/api": {"http://git.example:8080/acme/api.git", "http://git.example:8080/acme/api", "http://git.example:08080/acme/api", "https://git.example:8080/acme/api"},
		"/srv/secret.git": {
			"file:///srv/secret.git", "file://localhost/srv/secret.git", "file:///srv/secret.git/", "file:///srv/./secret.git",
			"file:///srv/x/../secret.git", "file:///srv/%73ecret.git", "FILE:///srv/secret.git", "file:////srv//secret.git",
		},
	} {
		for _, spelling := range spellings {
			require.Equal(t, identity, insights.RepositoryIdentity(spelling, false), spelling)
		}
	}
	for _, spelling := range []string{"/srv/secret.git", "/srv/secret.git/", "/srv/./secret.git", "/srv//secret.git", "/srv/x/../secret.git"} {
		require.Equal(t, "/srv/secret.git", insights.RepositoryIdentity(spelling, true), spelling)
	}
	// Different repositories stay different.
	seen := map[string]string{}
	for _, location := range []string{
		"https://git.example/acme/api", "https://git.example/acme/API", "https://git.example/acme/api2", "https://git.example:8443/acme/api",
		"https://other.example/acme/api", "file:///srv/api", "file:///srv/api.git", "file:///srv/%ff", "file:///srv/%fe", "%",
	} {
		identity := insights.RepositoryIdentity(location, false)
		require.Empty(t, seen[identity], location)
		seen[identity] = location
	}
}
