package api

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func request(method, target string, change func(*http.Request)) *http.Request {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("{}")
	}
	r := httptest.NewRequest(method, "http://127.0.0.1:7080"+target, body)
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	return r
}

func status(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func TestGuard(t *testing.T) {
	t.Parallel()
	h := guard(Auth{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	origin := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("Origin", name) } }
	for _, row := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"same machine", nil, 200},
		{"localhost", host("localhost:7080"), 200},
		{"below localhost", host("backsight.localhost"), 200},
		{"IPv6", host("[::1]:7080"), 200},
		{"a foreign name for this address", host("evil.example:7080"), 421},
		{"an address of the network", host("192.168.1.5:7080"), 421},
		{"the same origin", origin("http://127.0.0.1:7080"), 200},
		{"another site's page", origin("https://evil.example"), 403},
		{"another port's page", origin("http://127.0.0.1:9999"), 403},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, status(h, request(http.MethodPost, "/graphql", row.change)))
		})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request(http.MethodGet, "/", nil))
	require.NotContains(t, w.Header().Get("Content-Security-Policy"), "unsafe")
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
}

func TestProxyAuthentication(t *testing.T) {
	t.Parallel()
	seen := ""
	h := guard(Auth{Mode: AuthProxy, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = viewer(r.Context()).Login }))
	from := func(address, user string) func(*http.Request) {
		return func(r *http.Request) {
			r.Host, r.RemoteAddr = "insights.example", address
			r.Header.Set("X-Forwarded-User", user)
		}
	}
	require.Equal(t, 200, status(h, request(http.MethodPost, "/graphql", from("10.2.3.4:999", "ann"))))
	require.Equal(t, "ann", seen)
	require.Equal(t, 200, status(h, request(http.MethodPost, "/graphql", from("[::ffff:10.2.3.4]:999", "ann"))))
	require.Equal(t, 401, status(h, request(http.MethodPost, "/graphql", from("10.2.3.4:999", ""))))
	require.Equal(t, 403, status(h, request(http.MethodPost, "/graphql", from("192.168.1.1:999", "ann"))), "a header from outside the proxy's networks is ignored")
	require.Equal(t, 200, status(h, request(http.MethodGet, "/healthz", from("192.168.1.1:999", ""))))

	claimed := "mallory"
	require.Equal(t, "ann", by(context.WithValue(t.Context(), personKey{}, person{Viewer: store.Viewer{Login: "ann"}}), &claimed), "the proxy's login takes precedence")
	require.Equal(t, "mallory", by(t.Context(), &claimed))
}

func TestListen(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	proxy := Auth{Mode: AuthProxy, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, row := range []struct {
		name, address string
		auth          Auth
		code          insights.Code
		says          string
	}{
		{"loopback", "127.0.0.1:0", Auth{}, "", ""},
		{"a name for loopback", "localhost:0", Auth{}, "", ""},
		{"every interface", ":0", Auth{}, insights.Forbidden, "--auth proxy"},
		{"every interface by number", "0.0.0.0:0", Auth{}, insights.Forbidden, "--auth proxy"},
		{"behind a proxy", "0.0.0.0:0", proxy, "", ""},
		{"a proxy from nowhere", "0.0.0.0:0", Auth{Mode: AuthProxy}, insights.Invalid, "--proxy-networks"},
		{"on purpose", "0.0.0.0:0", Auth{AnyAddress: true}, "", ""},
		{"taken", taken.Addr().String(), Auth{}, insights.Conflict, "is in use"},
		{"no port", "127.0.0.1", Auth{}, insights.Invalid, "host:port"},
	} {
		t.Run(row.name, func(t *testing.T) {
			listener, err := Listen(t.Context(), row.address, row.auth)
			if row.code == "" {
				require.NoError(t, err)
				require.NoError(t, listener.Close())
				return
			}
			require.Equal(t, row.code, insights.ErrorCode(err))
			require.ErrorContains(t, err, row.says)
		})
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	built := fstest.MapFS{
		"index.html":           {Data: []byte("<html>the page")},
		"favicon.svg":          {Data: []byte("<svg/>")},
		"assets/index-1a2b.js": {Data: []byte("code()")},
		"graphiql/graphiql.js": {Data: []byte("ide()")},
		".gitkeep":             {},
	}
	html := func(r *http.Request) { r.Header.Set("Accept", "text/html,*/*") }
	for _, row := range []struct {
		path   string
		accept func(*http.Request)
		status int
		body   string
		cache  string
	}{
		{"/", html, 200, "<html>the page", "no-cache"},
		// curl and uptime checks accept any content type
		{"/", nil, 200, "<html>the page", "no-cache"},
		{"/index.html", html, 404, "", ""},
		{"/insights/2xKq", html, 200, "<html>the page", "no-cache"},
		{"/insights/2xKq", nil, 404, "", ""},
		{"/assets/index-1a2b.js", nil, 200, "code()", "public, max-age=31536000, immutable"},
		{"/assets/gone.js", html, 404, "", ""},
		{"/assets/", nil, 404, "", ""},
		{"/favicon.svg", nil, 200, "<svg/>", "no-cache"},
		{"/.gitkeep", nil, 404, "", ""},
		{"/../secret", nil, 404, "", ""},
	} {
		w := httptest.NewRecorder()
		pageHandler(built).ServeHTTP(w, request(http.MethodGet, row.path, row.accept))
		require.Equal(t, row.status, w.Code, row.path)
		if row.body != "" {
			require.Equal(t, row.body, w.Body.String(), row.path)
			require.Equal(t, row.cache, w.Header().Get("Cache-Control"), row.path)
		}
	}

	w := httptest.NewRecorder()
	pageHandler(nil).ServeHTTP(w, request(http.MethodGet, "/", html))
	require.Contains(t, w.Body.String(), "make build")
}

func TestGraphiQL(t *testing.T) {
	t.Parallel()
	h := New(Config{Web: fstest.MapFS{}})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, request(http.MethodGet, "/graphiql", nil))
	require.Equal(t, 200, w.Code)
	require.NotContains(t, w.Body.String(), "//", "no content from other servers")
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "script-src 'self';")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, request(http.MethodGet, "/graphiql/boot.js", nil))
	require.Equal(t, 200, w.Code)
	require.Contains(t, w.Header().Get("Content-Type"), "javascript")
}

func TestReady(t *testing.T) {
	t.Parallel()
	b := setup(t)
	get := func(path string) int {
		response, err := http.Get(b.url + path)
		require.NoError(t, err)
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		return response.StatusCode
	}
	require.Equal(t, 200, get("/readyz"))
	b.store.Close()
	require.Equal(t, 503, get("/readyz"))
	require.Equal(t, 200, get("/healthz"), "the process is running")
}
