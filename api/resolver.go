package api

import (
	"context"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/api/model"
)

// resolver is the root of all resolvers. Each file holds the resolvers of one subject: views.go,
// create.go, points.go, samples.go, progress.go, seriesstatus.go, commands.go, retention.go,
// repositories.go, grants.go, roles.go, settings.go, validate.go and health.go.
type resolver struct {
	config   Config
	rates    *rateEstimator
	progress *progressHub
}

func newResolver(config Config) *resolver {
	r := &resolver{config: config, rates: newRateEstimator(config.Now)}
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

// pageOf returns the page of a batch resolver's series. gqlgen passes at least one series, and all
// of them belong to one page.
func pageOf(series []*model.InsightsSeries) *model.Page { return series[0].Page }

var _ generated.ResolverRoot = (*resolver)(nil)

// by returns the name of the person who sends a command: the proxy's login, or without a proxy the
// name that the client claims.
func by(ctx context.Context, claimed *string) string {
	if name := viewer(ctx).Login; name != "" {
		return name
	}
	if claimed != nil {
		return *claimed
	}
	return ""
}
