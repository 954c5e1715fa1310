package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/backsight/backsight/store"
)

// pagePolicy is the Content-Security-Policy of everything but GraphiQL: no inline script or style, nothing from
// elsewhere, no framing.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard is what stands before every handler: response headers that tie a browser's hands, refusal of other sites'
// requests and, without an authenticating proxy, of host names that are not this machine's (a page elsewhere could
// point its own name at 127.0.0.1 and would then be "same origin").
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
		if auth.Mode != AuthProxy && !isLoopbackHost(r.Host) {
			http.Error(w, "this server answers to loopback names only, such as 127.0.0.1 or localhost; to be reached under "+
				"another name it needs an authenticating proxy (--auth proxy)", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func isLoopbackHost(hostport string) bool {
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

// AuthMode says who decides who may come in.
type AuthMode string

// The modes.
const (
	// AuthNone: everyone who can connect, which is why it is for loopback addresses only.
	AuthNone AuthMode = "none"
	// AuthProxy: a proxy in one of the named networks, which sends the person's name in a header.
	AuthProxy AuthMode = "proxy"
)

// Auth is how requests are authenticated. The zero value is AuthNone.
type Auth struct {
	Mode     AuthMode
	Networks []netip.Prefix // of the proxy; AuthProxy needs at least one
	Header   string         // with the person's name; "" is X-Forwarded-User
	Admins   []string       // with AuthProxy, those who see private repositories without a grant
	// AnyAddress lets AuthNone listen beyond loopback, for a container whose port is published on loopback. Requests must
	// still name a loopback host.
	AnyAddress bool
}

type actorKey struct{}

// actor is the person behind a request, as the proxy names them; "" without a proxy.
func actor(ctx context.Context) string {
	name, _ := ctx.Value(actorKey{}).(string)
	return name
}

type viewerKey struct{}

// viewer is who sees what a request asks for. A request that no guard let in is nobody's: it sees public repositories only.
func viewer(ctx context.Context) store.Viewer {
	who, _ := ctx.Value(viewerKey{}).(store.Viewer)
	return who
}

// authenticate lets in what the proxy vouches for. A connection from elsewhere is refused whatever its headers say.
// /healthz and /readyz tell nothing and are open.
func authenticate(auth Auth, next http.Handler) http.Handler {
	as := func(r *http.Request, who store.Viewer) *http.Request {
		ctx := context.WithValue(r.Context(), actorKey{}, who.Login)
		return r.WithContext(context.WithValue(ctx, viewerKey{}, who))
	}
	if auth.Mode != AuthProxy {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { next.ServeHTTP(w, as(r, store.Administrator)) })
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
			http.Error(w, "this server is reached through its authenticating proxy only", http.StatusForbidden)
			return
		}
		name := strings.TrimSpace(r.Header.Get(header))
		if name == "" {
			http.Error(w, "the proxy did not say who you are (header "+header+")", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, as(r, store.Viewer{Login: name, Admin: slices.Contains(auth.Admins, name)}))
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
