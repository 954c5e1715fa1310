package api

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/backsight/backsight/api/generated"
	"github.com/backsight/backsight/insights"
)

// encodeCursor encodes the sort key of a page's last element as an opaque cursor. `kind` names the
// list, so that decodeCursor can refuse the cursor of another list.
func encodeCursor(kind string, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + "\x00" + strings.Join(parts, "\x00")))
}

// decodeCursor returns the n parts of a cursor that encodeCursor made with this kind. For any other
// text it returns an Invalid error.
func decodeCursor(kind, cursor string, n int) ([]string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || parts[0] != kind || len(parts) != n+1 {
		return nil, insights.Errorf(insights.Invalid, "after: %q is not a cursor of this list: use pageInfo.endCursor of the previous page", cursor)
	}
	return parts[1:], nil
}

// endPage returns at most list[:first], and the page info. Callers must fetch first+1 elements, so
// that endPage can detect whether there is a next page.
func endPage[T any](list []T, first int, cursor func(T) string) ([]T, *generated.PageInfo) {
	info := &generated.PageInfo{}
	if len(list) > first {
		list, info.HasNextPage = list[:first], true
	}
	if len(list) > 0 {
		info.EndCursor = ptr(cursor(list[len(list)-1]))
	}
	return list, info
}

// asksFor reports whether the request selects `field` inside the current field. If `path` has
// elements, the request must also select the first of them inside `field`, and each further one
// inside the one before it. Resolvers use asksFor to skip costly results that the client does not
// request.
func asksFor(ctx context.Context, field string, path ...string) bool {
	return selects(graphql.GetOperationContext(ctx), graphql.CollectFieldsCtx(ctx, nil), append([]string{field}, path...))
}

func selects(operation *graphql.OperationContext, fields []graphql.CollectedField, path []string) bool {
	for _, f := range fields {
		if f.Name == path[0] && (len(path) == 1 || selects(operation, graphql.CollectFields(operation, f.Selections, nil), path[1:])) {
			return true
		}
	}
	return false
}
