package insights_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/insights"
)

// Days on which the clocks skip or repeat a time of day, and days that a zone skips. want is in
// local time.
func TestGridOnDaysWithChangesOfTheClocks(t *testing.T) {
	t.Parallel()
	const layout = "2006-01-02 15:04 -07"
	for _, row := range []struct {
		zone, anchor string
		unit         insights.Unit
		want         []string // newest first
	}{
		{"America/Sao_Paulo", "2018-11-05 00:00", insights.Day, []string{"2018-11-05 00:00 -02", "2018-11-04 01:00 -02", "2018-11-03 00:00 -03"}},
		{"America/Sao_Paulo", "2018-11-11 00:15", insights.Week, []string{"2018-11-11 00:15 -02", "2018-11-04 01:00 -02", "2018-10-28 00:15 -03"}},
		{"America/Sao_Paulo", "2018-12-04 00:00", insights.Month, []string{"2018-12-04 00:00 -02", "2018-11-04 01:00 -02", "2018-10-04 00:00 -03"}},
		{"America/Sao_Paulo", "2018-02-19 00:00", insights.Day, []string{"2018-02-19 00:00 -03", "2018-02-18 00:00 -03", "2018-02-17 00:00 -02"}},
		{"Asia/Beirut", "2022-03-28 00:00", insights.Day, []string{"2022-03-28 00:00 +03", "2022-03-27 01:00 +03", "2022-03-26 00:00 +02"}},
		{"America/Havana", "2024-03-11 00:00", insights.Day, []string{"2024-03-11 00:00 -04", "2024-03-10 01:00 -04", "2024-03-09 00:00 -05"}},
		{"Europe/Berlin", "2024-04-01 02:30", insights.Day, []string{"2024-04-01 02:30 +02", "2024-03-31 03:30 +02", "2024-03-30 02:30 +01"}},
		{"Europe/Berlin", "2024-10-28 02:30", insights.Day, []string{"2024-10-28 02:30 +01", "2024-10-27 02:30 +01", "2024-10-26 02:30 +02"}},
		{"Pacific/Apia", "2012-01-01 00:00", insights.Day, []string{"2012-01-01 00:00 +14", "2011-12-31 00:00 +14", "2011-12-29 23:59 -10", "2011-12-29 00:00 -10"}},
		{"Pacific/Apia", "2012-01-01 23:59", insights.Day, []string{"2012-01-01 23:59 +14", "2011-12-31 23:59 +14", "2011-12-31 00:00 +14", "2011-12-29 23:59 -10"}},
		{"Pacific/Apia", "2012-01-30 12:00", insights.Month, []string{"2012-01-30 12:00 +14", "2011-12-31 00:00 +14", "2011-11-30 12:00 -10"}},
		{"Pacific/Kwajalein", "1993-08-23 12:00", insights.Day, []string{"1993-08-23 12:00 +12", "1993-08-22 12:00 +12", "1993-08-22 00:00 +12", "1993-08-20 12:00 -12"}},
	} {
		t.Run(row.zone+" "+row.anchor, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(row.zone)
			require.NoError(t, err)
			anchor, err := time.ParseInLocation("2006-01-02 15:04", row.anchor, loc)
			require.NoError(t, err)
			grid := insights.Grid{Anchor: anchor.UTC(), Interval: insights.Interval{Unit: row.unit, Value: 1}, Points: len(row.want), Zone: row.zone}
			require.NoError(t, grid.Validate())
			var got []string
			for _, frame := range grid.Frames() {
				got = append(got, frame.In(loc).Format(layout))
			}
			require.Equal(t, row.want, got)
		})
	}
}

// In every zone, times increase strictly, and each is on its day if the day exists.
func TestGridIsOnTheRightLocalDay(t *testing.T) {
	t.Parallel()
	zones := []string{
		"America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Havana", "Asia/Amman", "Asia/Beirut", "Asia/Damascus", "Asia/Gaza", "Asia/Tehran",
		"Africa/Cairo", "Atlantic/Azores", "America/Scoresbysund", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kwajalein", "Pacific/Kiritimati",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		minute := rapid.SampledFrom([]int{0, 1, 15, 30, 59, 60, 90, 120, 150, 600, 1410, 1425, 1439}).Draw(t, "minute")
		day := rapid.IntRange(0, 55*365).Draw(t, "day")
		anchor := time.Date(1971, 1, 1+day, 0, minute, 0, 0, loc)
		unit := rapid.SampledFrom([]insights.Unit{insights.Day, insights.Week, insights.Month, insights.Year}).Draw(t, "unit")
		grid := insights.Grid{Anchor: anchor.UTC(), Interval: insights.Interval{Unit: unit, Value: rapid.IntRange(1, 3).Draw(t, "value")}, Points: 400, Zone: zone}
		year, month, first := anchor.Date()
		for k := -200; k < 200; k++ {
			at := grid.Time(k)
			require.True(t, at.Before(grid.Time(k+1)), "%s: %s and %s", zone, at.In(loc), grid.Time(k+1).In(loc))
			n := k * grid.Interval.Value
			want := time.Date(year, month, first+n, 12, 0, 0, 0, loc)
			switch unit {
			case insights.Week:
				want = time.Date(year, month, first+7*n, 12, 0, 0, 0, loc)
			case insights.Month, insights.Year:
				if unit == insights.Year {
					n *= 12
				}
				last := time.Date(year, month+time.Month(n)+1, 0, 12, 0, 0, 0, time.UTC).Day()
				want = time.Date(year, month+time.Month(n), min(first, last), 12, 0, 0, 0, loc)
			}
			if !nearSkippedDay(want) {
				require.Equal(t, want.Format(time.DateOnly), at.In(loc).Format(time.DateOnly), zone)
			}
		}
	})
}

// nearSkippedDay reports whether one of the zones skipped this day, or a day beside it.
func nearSkippedDay(noon time.Time) bool {
	year, month, day := noon.Date()
	for _, skipped := range []time.Time{
		time.Date(2011, 12, 30, 0, 0, 0, 0, time.UTC), time.Date(1993, 8, 21, 0, 0, 0, 0, time.UTC),
		time.Date(1994, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		if distance := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Sub(skipped); distance.Abs() <= 24*time.Hour {
			return true
		}
	}
	return false
}

func TestGridAcceptsOnlyIANAZones(t *testing.T) {
	t.Parallel()
	grid := insights.Grid{Anchor: at("2024-01-01T00:00:00Z"), Interval: insights.Interval{Unit: insights.Day, Value: 1}, Points: 2}
	for _, zone := range []string{"", "UTC", "Europe/Berlin", "US/Eastern", "Etc/GMT+5", "GMT"} {
		grid.Zone = zone
		require.NoError(t, grid.Validate(), zone)
	}
	for _, zone := range []string{"Local", "localtime", "posix/Europe/Berlin", "right/Europe/Berlin", "posixrules", "Factory", "europe/berlim", "+01:00", "../etc/passwd"} {
		grid.Zone = zone
		require.ErrorContains(t, grid.Validate(), "use an IANA name")
		require.Panics(t, func() { grid.Time(1) })
	}
}
