package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/store"
)

// probeTimeout bounds each check of another part of the installation.
const probeTimeout = 2 * time.Second

// Health returns the state of the installation. The page shows its message in a banner.
func (r *queryResolver) Health(ctx context.Context) (*generated.Health, error) {
	health := &generated.Health{}
	if r.config.TemporalUI != "" {
		health.TemporalUI = &r.config.TemporalUI
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	polling, err := r.config.Workflows.WorkerPolling(ctx)
	health.WorkerPolling = err == nil && polling
	health.UnservedShards = []int{}
	if health.WorkerPolling {
		health.UnservedShards, err = unservedShards(ctx, r.config)
	}
	switch {
	case err != nil:
		r.config.Logger.WarnContext(ctx, "health: Temporal, or the setting for the number of search shards, cannot be read", "error", err)
		health.Message = ptr("Temporal or the database does not answer, so no samples are computed. Are both running? `backsight doctor` checks the installation.")
	case !polling:
		health.Message = ptr("No worker has polled for a minute, so no samples are computed. Start one with `backsight worker` (`backsight up` includes one).")
	case len(health.UnservedShards) > 0:
		health.Message = ptr(fmt.Sprintf("No worker serves the search shards %s, so their repositories are not searched. Start one with `backsight worker --shards`.", list(health.UnservedShards)))
	}
	return health, nil
}

// unservedShards returns the search shards that no worker has polled for a minute.
func unservedShards(ctx context.Context, config Config) ([]int, error) {
	var shards int
	if err := config.Store.Settings.Read(ctx, store.SettingShards, &shards); err != nil {
		return nil, err
	}
	idle, err := config.Workflows.ShardsWithoutPoller(ctx, shards)
	if idle == nil {
		idle = []int{}
	}
	return idle, err
}

func list(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.Itoa(n)
	}
	return strings.Join(texts, ", ")
}

// readyHandler returns 200 if the database answers, because almost every request needs it. It does
// not check workers and Temporal; if they are missing, the page says so (Health).
func readyHandler(config Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		if err := config.Store.Ping(ctx); err != nil {
			config.Logger.WarnContext(ctx, "not ready: the database does not answer", "error", err)
			plain(w, http.StatusServiceUnavailable, "the database does not answer")
			return
		}
		plain(w, http.StatusOK, "ready")
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // fails only if the client has disconnected
}

func ptr[T any](v T) *T { return &v }
