package insights_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestGridFrames(t *testing.T) {
	t.Parallel()
	month := insights.Interval{Unit: insights.Month, Value: 1}
	for name, tc := range map[string]struct {
		grid insights.Grid
		want []string
	}{
		"month from the 31st does not drift": {
			insights.Grid{Anchor: at("2024-03-31T10:15:00Z"), Interval: month, Points: 4},
			[]string{"2024-03-31T10:15:00Z", "2024-02-29T10:15:00Z", "2024-01-31T10:15:00Z", "2023-12-31T10:15:00Z"},
		},
		"quarter": {
			insights.Grid{Anchor: at("2023-05-31T00:00:00Z"), Interval: insights.Interval{Unit: insights.Month, Value: 3}, Points: 3},
			[]string{"2023-05-31T00:00:00Z", "2023-02-28T00:00:00Z", "2022-11-30T00:00:00Z"},
		},
		"leap day by years": {
			insights.Grid{Anchor: at("2024-02-29T12:00:00Z"), Interval: insights.Interval{Unit: insights.Year, Value: 1}, Points: 5},
			[]string{"2024-02-29T12:00:00Z", "2023-02-28T12:00:00Z", "2022-02-28T12:00:00Z", "2021-02-28T12:00:00Z", "2020-02-29T12:00:00Z"},
		},
		"weeks": {
			insights.Grid{Anchor: at("2024-01-08T00:00:00Z"), Interval: insights.Interval{Unit: insights.Week, Value: 2}, Points: 2},
			[]string{"2024-01-08T00:00:00Z", "2023-12-25T00:00:00Z"},
		},
		"days keep the local hour over a clock change": {
			insights.Grid{Anchor: at("2024-03-31T10:00:00Z"), Interval: insights.Interval{Unit: insights.Day, Value: 1}, Points: 2, Zone: "Europe/Berlin"},
			[]string{"2024-03-31T10:00:00Z", "2024-03-30T11:00:00Z"},
		},
		"hours are durations": {
			insights.Grid{Anchor: at("2024-03-31T10:00:00Z"), Interval: insights.Interval{Unit: insights.Hour, Value: 12}, Points: 3, Zone: "Europe/Berlin"},
			[]string{"2024-03-31T10:00:00Z", "2024-03-30T22:00:00Z", "2024-03-30T10:00:00Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, tc.grid.Validate())
			var got []string
			for _, f := range tc.grid.Frames() {
				got = append(got, f.Format(time.RFC3339))
			}
			require.Empty(t, cmp.Diff(tc.want, got))
		})
	}
}

// Sourcegraph's own example: after a recording at 2021-08-27T15:29Z with an interval of one day,
// the next one is due on the 28th at 15:29.
func TestGridNextMatchesSourcegraphsExample(t *testing.T) {
	t.Parallel()
	g := insights.Grid{Anchor: at("2021-08-27T15:29:00Z"), Interval: insights.Interval{Unit: insights.Day, Value: 1}, Points: 12}
	require.Equal(t, at("2021-08-28T15:29:00Z"), g.Next(at("2021-08-27T15:29:00Z")))
	require.Equal(t, at("2021-08-28T15:29:00Z"), g.Next(at("2021-08-28T15:28:59Z")))
	require.Equal(t, at("2021-08-29T15:29:00Z"), g.Next(at("2021-08-28T15:29:00Z")))
	require.Equal(t, at("2021-08-28T15:29:00Z"), g.Next(at("2020-01-01T00:00:00Z")), "past times belong to the backfill")
}

func TestGridDueAfterAnOutage(t *testing.T) {
	t.Parallel()
	g := insights.Grid{Anchor: at("2024-01-31T00:00:00Z"), Interval: insights.Interval{Unit: insights.Month, Value: 1}, Points: 1}
	require.Equal(t,
		[]time.Time{at("2024-02-29T00:00:00Z"), at("2024-03-31T00:00:00Z"), at("2024-04-30T00:00:00Z")},
		g.Due(g.Anchor, at("2024-05-30T23:59:59Z"), 10))
	require.Len(t, g.Due(g.Anchor, at("2024-05-30T23:59:59Z"), 2), 2)
	require.Empty(t, g.Due(g.Anchor, at("2024-02-28T23:59:59Z"), 10))
}

func anyGrid(t *rapid.T) insights.Grid {
	return insights.Grid{
		Anchor:   time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "anchor"), 0).UTC(),
		Interval: insights.Interval{Unit: rapid.SampledFrom([]insights.Unit{insights.Hour, insights.Day, insights.Week, insights.Month, insights.Year}).Draw(t, "unit"), Value: rapid.IntRange(1, 40).Draw(t, "value")},
		Points:   rapid.IntRange(1, 40).Draw(t, "points"),
		Zone:     rapid.SampledFrom([]string{"", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"}).Draw(t, "zone"),
	}
}

func TestGridIsStrictlyMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		k := rapid.IntRange(-40, 40).Draw(t, "k")
		require.True(t, g.Time(k).Before(g.Time(k+1)), "%v then %v", g.Time(k), g.Time(k+1))
	})
}

func TestGridNextIsTheSmallestLaterTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		k := rapid.IntRange(1, 60).Draw(t, "k")
		delta := rapid.Int64Range(0, int64(g.Time(k).Sub(g.Time(k-1)))-1).Draw(t, "delta")
		require.Equal(t, g.Time(k), g.Next(g.Time(k-1).Add(time.Duration(delta))))
	})
}

func TestGridKeepsTheDayOfTheMonth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		g.Interval.Unit, g.Zone = insights.Month, ""
		got := g.Time(rapid.IntRange(-60, 60).Draw(t, "k"))
		last := time.Date(got.Year(), got.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		require.Equal(t, min(g.Anchor.Day(), last), got.Day())
		require.Equal(t, g.Anchor.Format("15:04:05"), got.Format("15:04:05"))
	})
}

// OlderFrames returns exactly the times that the longer backfill has and the shorter one lacks.
func TestGridOlderFramesComplementFrames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		longer := g
		longer.Points = g.Points + rapid.IntRange(0, 20).Draw(t, "more")
		require.Equal(t, longer.Frames(), append(g.Frames(), g.OlderFrames(longer.Points)...))
		require.Empty(t, g.OlderFrames(g.Points))
	})
}

func TestGridValidateSaysWhatIsAccepted(t *testing.T) {
	t.Parallel()
	good := insights.NewGrid(at("2024-05-05T05:05:55Z"), insights.Interval{Unit: insights.Month, Value: 1}, 12)
	require.NoError(t, good.Validate())
	require.Equal(t, at("2024-05-05T05:05:55Z"), good.Anchor)
	for want, change := range map[string]func(*insights.Grid){
		"between 1 and 1000":                 func(g *insights.Grid) { g.Points = 0 },
		"points 1001":                        func(g *insights.Grid) { g.Points = 1001 },
		"use hour, day, week, month":         func(g *insights.Grid) { g.Interval.Unit = "FORTNIGHT" },
		"the value must be between 1":        func(g *insights.Grid) { g.Interval.Value = 0 },
		"IANA name":                          func(g *insights.Grid) { g.Zone = "Berlin" },
		"no anchor":                          func(g *insights.Grid) { g.Anchor = time.Time{} },
		"fewer points or a shorter interval": func(g *insights.Grid) { g.Interval = insights.Interval{Unit: insights.Year, Value: 300} },
	} {
		g := good
		change(&g)
		err := g.Validate()
		require.ErrorContains(t, err, want)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err))
	}
}

func TestParseInterval(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]insights.Interval{
		"1month": {Unit: insights.Month, Value: 1}, "month": {Unit: insights.Month, Value: 1}, "2 weeks": {Unit: insights.Week, Value: 2},
		"12h": {Unit: insights.Hour, Value: 12}, "1D": {Unit: insights.Day, Value: 1}, " 3years ": {Unit: insights.Year, Value: 3}, "6m": {Unit: insights.Month, Value: 6},
	} {
		got, err := insights.ParseInterval(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := insights.ParseInterval(got.String())
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
	for _, text := range []string{"", "0month", "1fortnight", "-1day", "1.5days", "99999999999999999999d", "1001days"} {
		_, err := insights.ParseInterval(text)
		require.Error(t, err, text)
		require.Equal(t, insights.Invalid, insights.ErrorCode(err))
	}
}

func TestGridPreviousIsTheGreatestEarlierTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		k := rapid.IntRange(-60, 60).Draw(t, "k")
		delta := rapid.Int64Range(1, int64(g.Time(k+1).Sub(g.Time(k)))).Draw(t, "delta")
		require.Equal(t, g.Time(k), g.Previous(g.Time(k).Add(time.Duration(delta))))
	})
}
