package api

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"

	"golang.org/x/text/unicode/norm"

	"github.com/backsight/backsight/internal/loopback"
	"github.com/backsight/backsight/store"
)

// pagePolicy is the Content-Security-Policy of all responses except GraphiQL's: no inline scripts
// or styles, no content from other origins, no framing.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard wraps the whole server. It sets security headers, limits the size of bodies, authenticates
// requests, and refuses cross-origin requests that could change something. Without an
// authenticating proxy it also refuses host names other than loopback names: otherwise another site
// could resolve its own name to 127.0.0.1 and its pages would count as same-origin.
func guard(auth Auth, next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	next = crossOrigin.Handler(authenticate(auth, next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if auth.Mode != AuthProxy && !loopback.Host(r.Host) {
			http.Error(w, "this server accepts loopback host names only, such as 127.0.0.1 or localhost; other names "+
				"require an authenticating proxy (backsight api --auth proxy)", http.StatusMisdirectedRequest)
			return
		}
		if r.ContentLength != 0 && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			// An export has no read deadline, so its body could arrive for ever.
			h.Set("Connection", "close")
			http.Error(w, "a "+r.Method+" request must not have a body", http.StatusBadRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// AuthMode selects how requests are authenticated.
type AuthMode string

// The modes.
const (
	// AuthNone accepts every client that can connect. It is for loopback addresses only.
	AuthNone AuthMode = "none"
	// AuthProxy accepts only connections from an address in Auth.Networks, except for /healthz and
	// /readyz. The proxy there sends the person's name in a header.
	AuthProxy AuthMode = "proxy"
)

// Auth configures the authentication of requests. The zero value means AuthNone.
type Auth struct {
	Mode     AuthMode
	Networks []netip.Prefix // of the proxy; AuthProxy needs at least one
	Header   string         // holds the person's name; "" means X-Forwarded-User
	// With AuthProxy: the logins of the administrators and of the editors. All other people who are
	// signed in are viewers. The editor "*" makes all of them editors.
	Admins, Editors []string
	// AnyAddress lets AuthNone listen on any address, for a container whose port is published on
	// loopback. Requests must still use a loopback host name.
	AnyAddress bool
}

// authenticate stores the person who sent the request in its context. Without a proxy this is an
// administrator. With AuthProxy it refuses connections from outside the proxy's networks, whatever
// their headers, and requests that do not have exactly one valid login. /healthz and /readyz reveal
// nothing and need no authentication.
func authenticate(auth Auth, next http.Handler) http.Handler {
	as := func(r *http.Request, who person) *http.Request {
		return r.WithContext(context.WithValue(r.Context(), personKey{}, who))
	}
	if auth.Mode != AuthProxy {
		everybody := person{Viewer: store.Administrator, role: adminRole}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, as(r, everybody)) })
	}
	header := auth.Header
	if header == "" {
		header = "X-Forwarded-User"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !contains(auth.Networks, peer.Addr().Unmap()) {
			http.Error(w, "this server accepts connections of its authenticating proxy only", http.StatusForbidden)
			return
		}
		// A second header can come from the client: the proxy must replace it, not add to it.
		logins := r.Header.Values(header)
		if len(logins) != 1 {
			http.Error(w, fmt.Sprintf("the proxy must send exactly one login (header %s), and sent %d", header, len(logins)), http.StatusUnauthorized)
			return
		}
		login := norm.NFC.String(logins[0]) // net/http has removed spaces and tabs around it
		if err := store.CheckLogin(login); err != nil {
			http.Error(w, "header "+header+": "+err.Error(), http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, as(r, auth.personOf(login)))
	})
}

// forAdministrators refuses requests of other people.
func forAdministrators(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sender(r.Context()).role != adminRole {
			http.Error(w, "only administrators may read this", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func contains(networks []netip.Prefix, ip netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}
