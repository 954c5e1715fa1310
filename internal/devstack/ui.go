package devstack

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"runtime"
	"time"

	"github.com/backsight/backsight/internal/loopback"
)

// uiProxy serves Temporal's web interface at a well-known port. Temporal's own server answers
// requests with any host name, so a page of another site could read workflow histories and
// terminate a series. It therefore listens at a random address, and only this proxy knows that
// address. The proxy refuses other host names and requests that come from other origins.
type uiProxy struct {
	port   int
	server *http.Server
	served chan error
}

// uiName is the name of the interface in error messages.
const uiName = "temporal's web interface"

// openUI listens on the port of the interface: the requested one, else the one of the last start,
// else Temporal's usual one, else any free one. An error about the requested port names the flag
// with which the user chose it.
func openUI(options Options) (net.Listener, error) {
	if port := options.TemporalUIPort; port != 0 {
		if err := checkPort(uiName, "--temporal-ui-port", port); err != nil {
			return nil, err
		}
		return openPort(uiName, []int{port})
	}
	remembered, err := readPorts(portsFile(options.DataDir))
	if err != nil {
		return nil, err
	}
	return openPort(uiName, []int{remembered.UI, temporalUIPort}, remembered.GRPC, temporalPort)
}

// startUIProxy serves, at the address of the listener, the interface that has the address `hidden`.
func startUIProxy(listener net.Listener, hidden netip.AddrPort, logger *slog.Logger) *uiProxy {
	p := &uiProxy{port: portOf(listener), served: make(chan error, 1), server: &http.Server{
		Handler:           uiHandler(hidden, logger),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}}
	go func() { p.served <- p.server.Serve(listener) }()
	return p
}

func uiHandler(hidden netip.AddrPort, logger *slog.Logger) http.Handler {
	target := &url.URL{Scheme: "http", Host: hidden.String()}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("X-Frame-Options", "DENY")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				logger.Debug("temporal's web interface does not answer", "error", err)
			}
			http.Error(w, "Temporal's web interface does not answer: Temporal is starting", http.StatusBadGateway)
		},
	}
	sameOrigin := http.NewCrossOriginProtection().Handler(proxy)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback.Host(r.Host) {
			http.Error(w, "this server accepts loopback host names only, such as 127.0.0.1 or localhost", http.StatusMisdirectedRequest)
			return
		}
		sameOrigin.ServeHTTP(w, r)
	})
}

// stop ends the proxy with all its connections. It is idempotent.
func (p *uiProxy) stop() error {
	if p == nil {
		return nil
	}
	err := p.server.Close()
	if served := <-p.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	p.served <- http.ErrServerClosed // for the next call
	return err
}

// hiddenAddress returns a random loopback address with a free port. On Linux, all addresses from
// 127.0.0.1 to 127.255.255.254 are loopback addresses; elsewhere only the port is random.
func hiddenAddress() (netip.AddrPort, error) {
	host := localhost
	if runtime.GOOS == "linux" {
		host = netip.AddrFrom4([4]byte{127, byte(1 + rand.IntN(254)), byte(rand.IntN(256)), byte(1 + rand.IntN(254))})
	}
	listener, err := openPortOf(host, uiName, nil)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(host, uint16(portOf(listener))), listener.Close()
}
