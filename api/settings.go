package api

import (
	"context"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

// settings lists all settings in the order of store.KnownSettings.
func (r *resolver) settings(ctx context.Context) ([]*generated.Setting, error) {
	values, err := r.config.Store.Settings.All(ctx)
	if err != nil {
		return nil, err
	}
	models := make([]*generated.Setting, len(store.KnownSettings))
	for i, known := range store.KnownSettings {
		models[i] = &generated.Setting{Key: known.Key, Value: values[known.Key], Default: known.Default, Description: known.Description}
	}
	return models, nil
}

// Settings lists all settings with their values and descriptions.
func (r *queryResolver) Settings(ctx context.Context) ([]*generated.Setting, error) {
	return r.settings(ctx)
}

// UpdateSetting changes a setting. The schema says when the new value takes effect.
func (r *mutationResolver) UpdateSetting(ctx context.Context, key, value string) (*generated.Setting, error) {
	if err := r.config.Store.Settings.Set(ctx, key, value); err != nil {
		return nil, err
	}
	all, err := r.settings(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Key == key {
			return s, nil
		}
	}
	return nil, insights.Errorf(insights.Internal, "setting %s was stored but is not listed", key)
}
