package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/backsight/backsight/api/generated"
)

// New returns the handler of the whole HTTP surface. It starts no goroutine that outlives a request: live progress is
// polled while somebody listens.
func New(config Config) http.Handler {
	config = config.withDefaults()
	mux := http.NewServeMux()
	mux.Handle("POST /graphql", graphqlHandler(config))
	mux.Handle("GET /graphiql", graphiqlPage(config.Web))
	mux.Handle("GET /graphiql/boot.js", graphiqlBoot())
	mux.Handle("GET /export/{file}", exportHandler(config))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.Handle("GET /readyz", readyHandler(config))
	if config.Metrics != nil {
		config.Metrics.MustRegister(newBacklogMetrics(config))
		mux.Handle("GET /metrics", promhttp.HandlerFor(config.Metrics, promhttp.HandlerOpts{}))
	}
	mux.Handle("GET /", pageHandler(config.Web))
	return guard(config.Auth, mux)
}

func graphqlHandler(config Config) http.Handler {
	root := newResolver(config)
	schema := generated.Config{Resolvers: root}
	complexityWeights(&schema.Complexity)
	server := handler.New(generated.NewExecutableSchema(schema))
	server.AddTransport(transport.SSE{KeepAlivePingInterval: pingInterval})
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](200))
	server.SetParserTokenLimit(maxTokens)
	server.SetErrorPresenter(presentError(config.Logger))
	server.SetRecoverFunc(recoverPanic(config.Logger))
	server.Use(extension.Introspection{})
	server.Use(depthLimit{})
	server.Use(extension.FixedComplexityLimit(maxComplexity))
	if config.Metrics != nil {
		server.AroundResponses(measure(config.Metrics))
	}
	return withDeadlines(server)
}

// pingInterval is how often an idle stream sends a comment: a client that is gone is noticed by the failed write.
const pingInterval = 10 * time.Second

// requestTimeout bounds a query or mutation; a page that needs longer asks for too much at once.
const requestTimeout = 30 * time.Second

// withDeadlines ends ordinary requests in time. A stream lives as long as its client, so it gets no
// deadline, neither for writing nor for the read that notices a client's leaving.
func withDeadlines(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (transport.SSE{}).Supports(r) {
			w.Header().Set("X-Accel-Buffering", "no") // proxies must pass frames on at once
			control := http.NewResponseController(w)
			_ = control.SetWriteDeadline(time.Time{}) // both fail on a test's recorder only, which has no deadlines
			_ = control.SetReadDeadline(time.Time{})
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// stopTimeout is how long requests get to finish when the server is asked to stop; streams are ended at once.
const stopTimeout = 5 * time.Second

// Serve answers on listener until ctx ends, then lets running requests finish. It returns nil after such an end, and
// closes listener in any case.
func Serve(ctx context.Context, listener net.Listener, h http.Handler) error {
	// Requests see their context end when the server stops, so that streams do not hold the shutdown.
	streams, endStreams := context.WithCancel(context.WithoutCancel(ctx))
	defer endStreams()
	server := &http.Server{
		Handler:           endWith(streams, h),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * requestTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	endStreams()
	err := server.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // what is left has had its time
	}
	<-served
	return err
}

// endWith ends the streams among h's requests when ctx ends.
func endWith(ctx context.Context, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !(transport.SSE{}).Supports(r) {
			h.ServeHTTP(w, r)
			return
		}
		both, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		h.ServeHTTP(w, r.WithContext(both))
	})
}
