package loopback_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/loopback"
)

func TestHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "localhost:7080": true, "LOCALHOST": true, "a.localhost:1": true, "127.0.0.1:7080": true, "127.9.8.7": true,
		"[::1]:7080": true, "::1": true, "": false, "evil.example": false, "localhost.evil.example": false, "127.0.0.1.evil.example:80": false,
		"192.168.1.5:7080": false, "0.0.0.0": false, "notlocalhost": false,
	} {
		require.Equal(t, want, loopback.Host(host), host)
	}
}
