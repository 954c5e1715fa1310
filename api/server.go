package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/backsight/backsight/api/generated"
)

// New returns the handler for all HTTP requests. It starts no goroutine that outlives all requests:
// progress is polled only while there are subscribers.
func New(config Config) http.Handler {
	config = config.withDefaults()
	mux := http.NewServeMux()
	mux.Handle("POST /graphql", graphqlHandler(config))
	mux.HandleFunc("GET /graphql", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", http.MethodPost)
		refuseOperation(w, http.StatusMethodNotAllowed, "send GraphQL operations with POST; /graphiql is a page on which you can write them")
	})
	mux.Handle("GET /graphiql", graphiqlPage(config.Web))
	mux.Handle("GET /graphiql/boot.js", graphiqlBoot())
	mux.Handle("GET /export/{file}", exportHandler(config))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.Handle("GET /readyz", readyHandler(config))
	if config.Metrics != nil {
		config.Metrics.MustRegister(newBacklogMetrics(config))
		mux.Handle("GET /metrics", forAdministrators(promhttp.HandlerFor(config.Metrics, promhttp.HandlerOpts{})))
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
	documents := lru.New[*ast.QueryDocument](200)
	server.SetQueryCache(documents)
	server.SetParserTokenLimit(maxTokens)
	server.SetErrorPresenter(presentError(config.Logger))
	server.SetRecoverFunc(recoverPanic(config.Logger))
	server.AroundFields(root.authorise)
	server.AroundResponses(withTimeout)
	server.Use(extension.Introspection{})
	server.Use(documentLimits{documents})
	server.Use(extension.FixedComplexityLimit(maxComplexity))
	m := newMeasures(config.Metrics)
	server.AroundResponses(m.around)
	return withBody(withDeadlines(server), m.refused)
}

// withTimeout bounds a query or mutation by requestTimeout, also one whose client asked for a
// stream as its response. The responses of a subscription are not bounded.
func withTimeout(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if graphql.HasOperationContext(ctx) {
		if op := graphql.GetOperationContext(ctx).Operation; op != nil && op.Operation == ast.Subscription {
			return next(ctx)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return next(ctx)
}

// pingInterval is the interval at which an idle stream sends a comment. A failed write reveals that
// the client has disconnected.
const pingInterval = 10 * time.Second

// requestTimeout bounds a query or mutation. Clients that need longer must request less at once.
const requestTimeout = 30 * time.Second

// withDeadlines removes the server's deadlines from a response that is a stream. A stream lasts
// until its client disconnects, so it gets no deadline, neither for writes nor for the read that
// detects the disconnect. The body of the request must have been read before.
func withDeadlines(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if (transport.SSE{}).Supports(r) {
			w.Header().Set("X-Accel-Buffering", "no") // proxies must not buffer the stream
			control := http.NewResponseController(w)
			// both fail only for a test's recorder, which has no deadlines
			_ = control.SetWriteDeadline(time.Time{})
			_ = control.SetReadDeadline(time.Time{})
		}
		next.ServeHTTP(w, r)
	})
}

// stopTimeout bounds the time that running requests have to finish when the server stops. Streams
// are ended immediately.
const stopTimeout = 5 * time.Second

// Serve serves requests on listener until ctx is done, then waits up to stopTimeout for running
// requests. It returns nil if ctx ended it. It always closes listener.
func Serve(ctx context.Context, listener net.Listener, h http.Handler) error {
	// Streams get a context that ends when the server stops, so that they do not delay the
	// shutdown.
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
		err = server.Close() // requests that are still running have exceeded stopTimeout
	}
	<-served
	return err
}

// endWith wraps h so that streams end when ctx is done.
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
