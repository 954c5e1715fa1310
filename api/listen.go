package api

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"github.com/backsight/backsight/insights"
)

// Listen opens the server's address, "host:port". Without an authenticating proxy it opens loopback
// addresses only (unless auth.AnyAddress is set), because every client that can connect can read
// all repositories and start work. Errors are insights.Errors that suggest a solution: Invalid for
// an address that is malformed or cannot be opened and for AuthProxy without networks, Forbidden
// for an address that is not a loopback address, Conflict for one that is in use.
func Listen(ctx context.Context, address string, auth Auth) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, insights.Errorf(insights.Invalid, "%q is not an address to listen on: write host:port, for example 127.0.0.1:7080", address)
	}
	switch auth.Mode {
	case AuthProxy:
		if len(auth.Networks) == 0 {
			return nil, insights.Errorf(insights.Invalid, "--auth proxy requires --proxy-networks: the networks that the proxy connects from, for example 10.0.0.0/8")
		}
	default:
		if !auth.AnyAddress && !resolvesToLoopback(ctx, host) {
			return nil, insights.Errorf(insights.Forbidden, "--listen %s would give everyone on the network access without a password: listen on 127.0.0.1, "+
				"or use an authenticating proxy (backsight api --auth proxy --proxy-networks CIDR)", address)
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, insights.Errorf(insights.Conflict, "%s is in use, perhaps by another backsight: stop that one, or choose another address with --listen or, for metrics, --metrics-listen (127.0.0.1:0 takes any free port)", address)
	case err != nil:
		return nil, insights.Errorf(insights.Invalid, "cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// resolvesToLoopback reports whether all addresses of host are loopback addresses. It is false for
// an empty host, which means all interfaces.
func resolvesToLoopback(ctx context.Context, host string) bool {
	if host == "" {
		return false
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(ips) == 0 {
		return false
	}
	return !containsOther(ips)
}

func containsOther(ips []netip.Addr) bool {
	for _, ip := range ips {
		if !ip.Unmap().IsLoopback() {
			return true
		}
	}
	return false
}
