// Package loopback recognises requests that use a loopback host name. A server on a loopback
// address must refuse all other host names. Otherwise another site could resolve its own name to
// 127.0.0.1 (DNS rebinding), and its pages would count as pages of this server.
//
// Non-goals: no check of the peer's address. Read next: guard in package api, and ui.go in
// internal/devstack.
package loopback

import (
	"net"
	"net/netip"
	"strings"
)

// Host reports whether the header Host of a request, with or without a port, names a loopback
// address, localhost, or a name below localhost.
func Host(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
