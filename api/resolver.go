package api

import (
	"context"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
)

// resolver is the root of all resolvers. Each file holds those of one thing: views.go, create.go, points.go,
// samples.go, progress.go, seriesstatus.go, operators.go, repositories.go, settings.go, health.go.
type resolver struct {
	config   Config
	sampler  *sampler
	progress *progressHub
}

func newResolver(config Config) *resolver {
	r := &resolver{config: config, sampler: newSampler(config.Now)}
	r.progress = newProgressHub(r)
	return r
}

type (
	queryResolver        struct{ *resolver }
	mutationResolver     struct{ *resolver }
	subscriptionResolver struct{ *resolver }
	seriesResolver       struct{ *resolver }
)

func (r *resolver) Query() generated.QueryResolver                   { return &queryResolver{r} }
func (r *resolver) Mutation() generated.MutationResolver             { return &mutationResolver{r} }
func (r *resolver) Subscription() generated.SubscriptionResolver     { return &subscriptionResolver{r} }
func (r *resolver) InsightsSeries() generated.InsightsSeriesResolver { return &seriesResolver{r} }

// pageOf is the page that series belong to; batch resolvers get at least one series, all of one page.
func pageOf(series []*model.InsightsSeries) *model.Page { return series[0].Page }

var _ generated.ResolverRoot = (*resolver)(nil)

// by is who asks: the proxy's word before the client's.
func by(ctx context.Context, claimed *string) string {
	if name := actor(ctx); name != "" {
		return name
	}
	if claimed != nil {
		return *claimed
	}
	return ""
}
