package servecmd

import (
	"context"
	"io/fs"
	"log/slog"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/backsight/backsight/api"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
	"github.com/backsight/backsight/telemetry"
	"github.com/backsight/backsight/web"
	"github.com/backsight/backsight/worker"
	"github.com/backsight/backsight/workflows/contract"
)

// serviceFlags are the flags with which `backsight api` and `backsight worker` find the database
// and the Temporal server.
type serviceFlags struct {
	DatabaseURL       string `required:"" env:"BACKSIGHT_DATABASE_URL" help:"The URL of the Postgres database." placeholder:"URL"`
	TemporalAddress   string `env:"BACKSIGHT_TEMPORAL_ADDRESS" default:"127.0.0.1:7233" help:"The address of the Temporal frontend." placeholder:"HOST:PORT"`
	TemporalNamespace string `env:"BACKSIGHT_TEMPORAL_NAMESPACE" default:"default" help:"The Temporal namespace." placeholder:"NAME"`
}

// services are the connections that the API and a worker need.
type services struct {
	store    *store.Store
	temporal client.Client
	traced   func(context.Context) error // sends the remaining spans and stops tracing
	logger   *slog.Logger
}

// traceTimeout is how long a trace receiver that does not answer may delay the end of the process.
const traceTimeout = 5 * time.Second

func (s services) close() {
	if s.traced != nil {
		ctx, cancel := context.WithTimeout(context.Background(), traceTimeout)
		defer cancel()
		if err := s.traced(ctx); err != nil {
			s.logger.WarnContext(ctx, "cannot send the last traces", "error", err)
		}
	}
	if s.temporal != nil {
		s.temporal.Close()
	}
	if s.store != nil {
		s.store.Close()
	}
}

// connect connects to Postgres and Temporal, and registers the search attributes with Temporal.
// Callers must call close. The metrics of the Temporal SDK go to the registry. In traces, the
// process has the name "backsight-" + part.
func (f serviceFlags) connect(ctx context.Context, part string, logger *slog.Logger, registry *prometheus.Registry) (s services, err error) {
	s.logger = logger
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.store, err = store.Open(ctx, f.DatabaseURL); err != nil {
		return s, err
	}
	interceptors, traced, err := telemetry.StartTracing(ctx, "backsight-"+part, logger)
	if err != nil {
		return s, err
	}
	s.traced = traced
	s.temporal, err = client.DialContext(ctx, client.Options{
		HostPort: f.TemporalAddress, Namespace: f.TemporalNamespace, Interceptors: interceptors,
		MetricsHandler: worker.NewMetricsHandler(registry), Logger: log.NewStructuredLogger(logger.With("part", "temporal sdk")),
	})
	if err != nil {
		return s, insights.Errorf(insights.Unavailable, "Temporal does not answer at %s: start it, or give its address with --temporal-address (%w)", f.TemporalAddress, err)
	}
	return s, contract.NewClient(s.temporal, f.TemporalNamespace).EnsureSearchAttributes(ctx)
}

// authFlags are the flags for the access to the API.
type authFlags struct {
	Auth                 string   `enum:"none,proxy" default:"none" env:"BACKSIGHT_AUTH" help:"How viewers are authenticated: none (loopback addresses only), or proxy (a proxy in --proxy-networks sends the viewer's name in a header)."`
	ProxyNetworks        []string `env:"BACKSIGHT_PROXY_NETWORKS" help:"With --auth proxy: the networks from which the proxy connects." placeholder:"CIDR"`
	ProxyHeader          string   `env:"BACKSIGHT_PROXY_HEADER" default:"X-Forwarded-User" help:"With --auth proxy: the header that contains the viewer's name." placeholder:"NAME"`
	Admins               []string `env:"BACKSIGHT_ADMINS" help:"With --auth proxy: the administrators, who may do everything and see private repositories without a grant. Without a proxy, every user is an administrator." placeholder:"NAME"`
	Editors              []string `env:"BACKSIGHT_EDITORS" help:"With --auth proxy: the editors, who create insights and operate their own ('*': everyone who is signed in). Everyone else is a viewer, who only reads." placeholder:"NAME"`
	RepoRoots            []string `env:"BACKSIGHT_REPO_ROOTS" sep:"none" help:"Repositories at paths may be registered in this folder and below. Repeat the flag for more folders. Default: with --auth proxy none, else all." placeholder:"DIR"`
	AllowUnauthenticated bool     `env:"BACKSIGHT_ALLOW_UNAUTHENTICATED" help:"Listen on any address without authentication, for a container whose port is published on loopback only. The Host header of requests must still name a loopback address."`
}

func (f authFlags) auth() (api.Auth, error) {
	auth := api.Auth{Mode: api.AuthMode(f.Auth), Header: f.ProxyHeader, Admins: f.Admins, Editors: f.Editors, AnyAddress: f.AllowUnauthenticated}
	for _, text := range f.ProxyNetworks {
		network, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return auth, insights.Errorf(insights.Invalid, "--proxy-networks %s is not a network: write it like 10.0.0.0/8", text)
		}
		auth.Networks = append(auth.Networks, network)
	}
	if strings.EqualFold(f.ProxyHeader, "Host") || strings.ContainsFunc(f.ProxyHeader, notInHeaders) {
		return auth, insights.Errorf(insights.Invalid, "--proxy-header %q: no proxy can send a login in a header of this name", f.ProxyHeader)
	}
	if auth.Mode != api.AuthProxy && len(f.Admins)+len(f.Editors)+len(f.ProxyNetworks) > 0 {
		return auth, insights.Errorf(insights.Invalid, "--admins, --editors and --proxy-networks require --auth proxy: without a proxy, everyone who can connect is an administrator")
	}
	return auth, auth.CheckLogins()
}

// notInHeaders reports whether names of headers cannot contain the character.
func notInHeaders(c rune) bool {
	return c >= unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' && c != '_'
}

// builtPage returns the embedded page, or nil when the binary was built without it.
func builtPage() fs.FS {
	page, built := web.FS()
	if !built {
		return nil
	}
	return page
}
