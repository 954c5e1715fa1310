package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// With --json, commands print the fields of the API in a fixed order, and null for what is unknown.
// Scripts depend on both.
func TestJSONOfEachKind(t *testing.T) {
	t.Parallel()
	const (
		page       = `"pageInfo":{"endCursor":null,"hasNextPage":false}`
		repository = `{"name":"acme/a","location":"/src/a","defaultBranch":null,"head":"abc","sizeBytes":3000,"fetchedAt":null,"indexedAt":"2026-01-01T00:00:00Z","isPrivate":true,"error":null,"notices":["another branch"],"rewrittenAt":null}`
		setting    = `{"key":"a.b","value":"1","default":"2","description":"limits it"}`
		plan       = `{"number":1,"kind":"BACKFILL","times":["2026-01-01T00:00:00Z"],"note":null,"createdAt":"2026-01-02T00:00:00Z","completedAt":null}`
		grant      = `{"repository":"acme/a","login":"ann","isPrivate":true}`
		series     = `{"seriesId":"S1","label":"a < b","completeness":{"planned":4,"counted":1,"reused":0,"absent":1,"partial":0,"failed":0,"pending":2,"rate":2.5,"etaSeconds":null},"status":{"backfillCompletedAt":null,"nextRecordingAfter":"2026-02-01T00:00:00Z"},"workflow":WORKFLOW,"notices":[{"reason":"history rewritten","since":"2026-01-03T00:00:00Z"}]}`
		workflow   = `{"state":"PAUSED","kind":"BACKFILL","waitingPlans":1,"queuePosition":"FRONT","inFlight":2,"pausedBy":"ann","pausedReason":null,"pausedAt":"2026-01-02T00:00:00Z","nextRecordingAt":null,"problem":{"message":"scope refused"},"refused":{"signal":"pauze","by":null,"reason":"unknown","at":"2026-01-02T00:00:00Z"},"temporalUrl":null,"completeness":{"planned":4,"counted":1,"reused":0,"absent":1,"partial":0,"failed":0,"pending":2}}`
		insight    = `{"id":"V1","createdAt":"2026-01-01T00:00:00Z","owner":null,"presentation":{"title":"Debt"},"dataSeries":[` + series + `],"dataSeriesDefinitions":[` +
			`{"seriesId":"S1","query":"TODO","timeScope":{"unit":"MONTH","value":1},"points":12,"anchor":"2026-01-01T00:00:00Z","generatedFromCaptureGroups":false,"repositoryDefinition":{"search":"repo:^acme/","repositories":null}}]}`
	)
	listed := strings.ReplaceAll(insight, "WORKFLOW", "null")
	shown := strings.ReplaceAll(insight, "WORKFLOW", workflow)
	for _, row := range []struct{ command, has, data, want string }{
		{"repo list", "repositories(", `{"repositories":{"nodes":[` + repository + `],` + page + `}}`, repository},
		{"repo add /src/a", "addRepository(", `{"addRepository":` + repository + `}`, repository},
		{"repo grants", "repositoryGrants(", `{"repositoryGrants":{"nodes":[` + grant + `],` + page + `}}`, grant},
		{"repo sync", "syncRepository(", `{"syncRepository":{"alwaysNil":null}}`, `{}`},
		{"settings list", "settings {", `{"settings":[` + setting + `]}`, setting},
		{"settings set a.b 1", "updateSetting(", `{"updateSetting":` + setting + `}`, setting},
		{"insight list", "insightViews(", `{"insightViews":{"nodes":[` + listed + `],` + page + `}}`, listed},
		{"insight show V1", "insightViews(", `{"insightViews":{"nodes":[` + shown + `]}}`, shown},
		{"series plans S1", "plans {", `{"series":{"plans":[` + plan + `]}}`, plan},
		{
			"series retention S1", "retention {", `{"series":{"retention":{"points":5,"override":null,"archived":2}}}`,
			`{"archived":2,"override":null,"points":5,"series":"S1"}`,
		},
	} {
		a := serve(t, scripted{"SeriesNamesByID", oneSeries}, scripted{row.has, `{"data":` + row.data + `}`})
		status, stdout, stderr := a.run(append(strings.Fields(row.command), "--json")...)
		require.Equal(t, exitDone, status, "%s: %s", row.command, stderr)
		requireLines(t, []string{row.want}, stdout)
	}
}
