package api

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/backsight/backsight/insights"
)

// A permission says who may use a root field of the schema.
type permission struct {
	role role // the lowest role that may use the field
	// If owned is not nil, only administrators and owners may use the field: owned reports whether
	// the person owns what the arguments name.
	owned func(ctx context.Context, r *resolver, who person, args map[string]any) (bool, error)
}

// allows reports whether the person may use the field. `owns` says whether the person owns what the
// arguments name; it matters only if the permission depends on it.
func (p permission) allows(who person, owns bool) bool {
	return who.role == adminRole || who.role >= p.role && (p.owned == nil || owns)
}

// permissions has an entry for every root field of the schema. A field without an entry is refused.
// docs/operations.md has the table for operators.
var permissions = map[string]permission{
	"Query.currentUser":                  {role: viewerRole},
	"Query.health":                       {role: viewerRole},
	"Query.insightSeries":                {role: viewerRole},
	"Query.insightViews":                 {role: viewerRole},
	"Query.previewRepositoriesFromQuery": {role: viewerRole},
	"Query.repositories":                 {role: viewerRole},
	"Query.repositoryGrants":             {role: adminRole},
	"Query.settings":                     {role: viewerRole},
	"Query.validateInsightQuery":         {role: viewerRole},
	"Query.validateScopedInsightQuery":   {role: viewerRole},

	"Subscription.insightProgress": {role: viewerRole},

	"Mutation.createLineChartSearchInsight": {role: editorRole},
	"Mutation.deleteInsightView":            {role: editorRole, owned: ownsView},

	"Mutation.cancelInsightSeriesBackfill": {role: editorRole, owned: ownsSeries},
	"Mutation.extendInsightSeries":         {role: editorRole, owned: ownsSeries},
	"Mutation.pauseInsightSeries":          {role: editorRole, owned: ownsSeries},
	"Mutation.resumeInsightSeries":         {role: editorRole, owned: ownsSeries},
	"Mutation.retryInsightSamples":         {role: editorRole, owned: ownsSeries},
	"Mutation.retryInsightSeriesBackfill":  {role: editorRole, owned: ownsSeries},
	"Mutation.setInsightSeriesRetention":   {role: editorRole, owned: ownsSeries},
	"Mutation.snapshotInsightSeries":       {role: editorRole, owned: ownsSeries},
	"Mutation.triggerInsightSeries":        {role: editorRole, owned: ownsSeries},

	// These change the order in which the series of all people are computed.
	"Mutation.moveInsightSeriesBackfillToBackOfQueue":  {role: adminRole},
	"Mutation.moveInsightSeriesBackfillToFrontOfQueue": {role: adminRole},

	"Mutation.addRepository":        {role: adminRole},
	"Mutation.grantRepository":      {role: adminRole},
	"Mutation.removeRepository":     {role: adminRole},
	"Mutation.renameRepository":     {role: adminRole},
	"Mutation.revokeRepository":     {role: adminRole},
	"Mutation.setRepositoryPrivate": {role: adminRole},
	"Mutation.syncRepository":       {role: adminRole},
	"Mutation.updateSetting":        {role: adminRole},
}

// authorise refuses root fields that the person who sent the request may not use. It runs before
// the resolver of each field.
func (r *resolver) authorise(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	if !slices.Contains([]string{"Query", "Mutation", "Subscription"}, field.Object) || isIntrospection(field.Field.Name) {
		return next(ctx)
	}
	name := field.Object + "." + field.Field.Name
	err := r.allowed(ctx, name, field.Args)
	if field.Object == "Mutation" {
		r.config.Logger.InfoContext(ctx, "a person asked for a change", "by", sender(ctx).Login, "change", field.Field.Name, "object", objectOf(field.Args), "allowed", err == nil)
	}
	if err != nil {
		return nil, err
	}
	return next(ctx)
}

// objectOf returns what the arguments of a mutation name, for the log.
func objectOf(args map[string]any) string {
	for _, key := range []string{"id", "seriesId", "name", "location", "key"} {
		switch value := args[key].(type) {
		case string:
			return insights.Truncate(withoutPassword(value), 200)
		case *string:
			if value != nil {
				return insights.Truncate(*value, 200)
			}
		}
	}
	return ""
}

// allowed returns a Forbidden error if the person who sent the request may not use the root field
// with these arguments. For a field that only owners may use, it can also return NotFound, because
// the arguments name an insight or series that does not exist.
func (r *resolver) allowed(ctx context.Context, field string, args map[string]any) error {
	needed, known := permissions[field]
	who := sender(ctx)
	_, name, _ := strings.Cut(field, ".")
	switch {
	case !known:
		return insights.Errorf(insights.Forbidden, "%s: nobody may do this, because the server has no rule for it", name)
	case who.role < needed.role:
		return insights.Errorf(insights.Forbidden, "%s: only %s may do this, and %q is %s: ask an administrator", name, needed.role.andAbove(), who.Login, who.role)
	case needed.allows(who, false):
		return nil
	}
	owned, err := needed.owned(ctx, r, who, args)
	if err != nil {
		return err
	}
	if !needed.allows(who, owned) {
		return insights.Errorf(insights.Forbidden, "%s: only the owner of the insight and administrators may do this", name)
	}
	return nil
}

func isIntrospection(field string) bool { return strings.HasPrefix(field, "__") }

// ownsView reports whether the person owns the insight that the argument `id` names.
func ownsView(ctx context.Context, r *resolver, who person, args map[string]any) (bool, error) {
	id, _ := args["id"].(string)
	owner, err := r.config.Store.Views.Owner(ctx, id)
	return who.owns(owner), err
}

// ownsSeries reports whether the person owns an insight with the series that the argument
// `seriesId` names.
func ownsSeries(ctx context.Context, r *resolver, who person, args map[string]any) (bool, error) {
	id, _ := args["seriesId"].(string)
	owners, err := r.config.Store.Views.OwnersOfSeries(ctx, id)
	if err == nil && len(owners) == 0 {
		return false, insights.Errorf(insights.Forbidden, "series %s: the series was deleted", id)
	}
	return slices.ContainsFunc(owners, who.owns), err
}
