package devstack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strconv"
	"time"

	"github.com/backsight/backsight/insights"
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

// openUI listens on the port of the interface: the requested one, else the one of the last start,
// else Temporal's usual one, else any free one. The errors say which flag chooses another.
func openUI(options Options) (net.Listener, error) {
	const what = "temporal's web interface"
	if port := options.TemporalUIPort; port != 0 {
		if err := checkPort(what, "--temporal-ui-port", port); err != nil {
			return nil, err
		}
		return openPort(what, []int{port})
	}
	remembered, err := readPorts(portsFile(options.DataDir))
	if err != nil {
		return nil, err
	}
	return openPort(what, []int{remembered.UI, temporalUIPort}, remembered.GRPC, temporalPort)
}

// startUIProxy serves the interface at hidden, "host:port".
func startUIProxy(listener net.Listener, hidden string, logger *slog.Logger) *uiProxy {
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

func uiHandler(hidden string, logger *slog.Logger) http.Handler {
	target := &url.URL{Scheme: "http", Host: hidden}
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
			http.Error(w, "Temporal's web interface does not answer: Temporal is being started again", http.StatusBadGateway)
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

// hiddenAddress returns a random loopback address with a free port, "host:port". On Linux, all
// addresses from 127.0.0.1 to 127.255.255.254 are loopback addresses; elsewhere only the port is
// random.
func hiddenAddress(ctx context.Context) (string, error) {
	var failed error
	for range 200 {
		host := "127.0.0.1"
		if runtime.GOOS == "linux" {
			host = fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
		}
		address := net.JoinHostPort(host, strconv.Itoa(lowestPort+rand.IntN(highestPort-lowestPort)))
		var listener net.Listener
		if listener, failed = (&net.ListenConfig{}).Listen(ctx, "tcp4", address); failed == nil {
			return address, listener.Close()
		}
	}
	return "", insights.Errorf(insights.Unavailable, "temporal's web interface: no address is free: %w", failed)
}
