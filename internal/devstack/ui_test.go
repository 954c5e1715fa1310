package devstack

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// A page of another site must not reach Temporal's web interface: neither under its own host name,
// which it resolved to 127.0.0.1, nor by a request to our name.
func TestUIIsForPagesOfThisMachine(t *testing.T) {
	t.Parallel()
	var got []string
	hidden := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.URL.Path)
		fmt.Fprint(w, "the interface")
	}))
	defer hidden.Close()
	proxy := uiHandler(hidden.Listener.Addr().(*net.TCPAddr).AddrPort(), testLogger(t))
	for _, row := range []struct {
		method, host, origin string
		status               int
	}{
		{http.MethodGet, "127.0.0.1:8233", "", 200},
		{http.MethodGet, "localhost:8233", "", 200},
		{http.MethodGet, "evil.example:8233", "", 421},
		{http.MethodPost, "evil.example:8233", "http://evil.example:8233", 421},
		{http.MethodPost, "127.0.0.1:8233", "http://127.0.0.1:8233", 200},
		{http.MethodPost, "127.0.0.1:8233", "https://evil.example", 403},
		{http.MethodPost, "127.0.0.1:8233", "http://127.0.0.1:9999", 403},
		{http.MethodPut, "127.0.0.1:8233", "null", 403},
	} {
		before := len(got)
		r := httptest.NewRequest(row.method, "http://"+row.host+"/api/v1/namespaces/default", nil)
		if row.origin != "" {
			r.Header.Set("Origin", row.origin)
		}
		w := httptest.NewRecorder()
		proxy.ServeHTTP(w, r)
		require.Equal(t, row.status, w.Code, "%s %s from %s", row.method, row.host, row.origin)
		require.Equal(t, row.status == 200, len(got) > before, "what is refused does not reach Temporal")
		if row.status == 200 {
			require.Equal(t, "the interface", w.Body.String())
			require.Equal(t, "DENY", w.Header().Get("X-Frame-Options"))
		}
	}
	hidden.Close()
	w := httptest.NewRecorder()
	proxy.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8233/", nil))
	require.Equal(t, http.StatusBadGateway, w.Code)
	require.Contains(t, w.Body.String(), "Temporal is starting")
}
