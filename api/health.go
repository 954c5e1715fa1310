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

// probeTimeout bounds each look at another part of the installation.
const probeTimeout = 2 * time.Second

// Health tells the page whether a banner is needed, and what it should say.
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
		r.config.Logger.WarnContext(ctx, "health: Temporal does not answer", "err", err)
		health.Message = ptr("Temporal does not answer, so nothing is computed: is it running? `backsight doctor` says what was found.")
	case !polling:
		health.Message = ptr("no worker has polled for a minute, so nothing is computed: start one with `backsight worker` (`backsight up` has its own).")
	case len(health.UnservedShards) > 0:
		health.Message = ptr(fmt.Sprintf("no worker serves the search shards %s, so the repositories in them wait: start one with `backsight worker --shards`.", list(health.UnservedShards)))
	}
	return health, nil
}

// unservedShards are the search shards that nobody serves.
func unservedShards(ctx context.Context, config Config) ([]int, error) {
	var shards int
	if err := config.Store.ReadSetting(ctx, store.SettingShards, &shards); err != nil {
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

// readyHandler answers 200 when the database answers: without it no request can succeed. Workers and Temporal may be
// away; the page then says so.
func readyHandler(config Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
		defer cancel()
		if err := config.Store.Ping(ctx); err != nil {
			config.Logger.WarnContext(ctx, "not ready", "err", err)
			plain(w, http.StatusServiceUnavailable, "the database does not answer")
			return
		}
		plain(w, http.StatusOK, "ready")
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // the client is gone when this fails
}

func ptr[T any](v T) *T { return &v }
