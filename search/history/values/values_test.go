package values

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A table has the same counts as maps, whether its lists fit into memory or not.
func TestTable_EqualsMaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const units = 12
		table := NewTable(units, Limits{Lists: rapid.SampledFrom([]int{1, 40, 1 << 20}).Draw(t, "budget")})
		defer table.Close()
		counter := table.NewCounter()
		model := make([]map[string]int64, units)
		drawn := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "1.10", "é"}), rapid.StringN(0, 30, 100))
		for u := range units {
			model[u] = map[string]int64{}
			for _, value := range rapid.SliceOfN(drawn, 0, 20).Draw(t, "values") {
				n := rapid.Int64Range(1, 1000).Draw(t, "n")
				counter.Add([]byte(value), n)
				model[u][value] += n
			}
			require.True(t, table.Set(int32(u), counter))
		}
		sum := table.NewSum()
		there := map[int32]int64{}
		var kept []Values
		var want []map[string]int64
		for range 20 {
			u := rapid.Int32Range(0, units-1).Draw(t, "unit")
			sign := int64(1)
			if there[u] > 0 && rapid.Bool().Draw(t, "away") {
				sign = -1
			}
			there[u] += sign
			sum.Add(u, sign)
			total := map[string]int64{}
			for u, times := range there {
				for value, n := range model[u] {
					if total[value] += times * n; total[value] == 0 {
						delete(total, value)
					}
				}
			}
			maps.DeleteFunc(total, func(_ string, n int64) bool { return n == 0 })
			kept, want = append(kept, sum.Values()), append(want, total)
		}
		require.NoError(t, table.Err())
		require.NoError(t, table.Close())
		for i, values := range kept { // values stay valid after the table is closed
			require.Equal(t, len(want[i]), values.Len())
			require.True(t, maps.Equal(want[i], values.Map()), "%v, want %v", values.Map(), want[i])
			require.True(t, maps.Equal(values.Map(), Of(want[i]).Map()))
		}
		if rapid.Bool().Draw(t, "another table") {
			kept[7] = Of(want[7])
		}
		rows := map[string][]int64{}
		for value, counts := range Rows(kept) {
			require.NotContains(t, rows, value, "yielded once")
			rows[value] = slices.Clone(counts)
		}
		for i := range want {
			got := map[string]int64{}
			for value, counts := range rows {
				if counts[i] != 0 {
					got[value] = counts[i]
				}
			}
			require.Equal(t, want[i], got)
		}
	})
}

func TestTable_ListsAboveTheBudgetMoveToAnUnlinkedFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	table := NewTable(100, Limits{Lists: 64})
	counter := table.NewCounter()
	for u := range int32(100) {
		counter.Add(fmt.Append(nil, "value ", u), int64(u)+1)
		counter.Add([]byte("shared"), 1)
		require.True(t, table.Set(u, counter))
	}
	require.NotZero(t, table.lists.written)
	require.LessOrEqual(t, table.lists.memory, 64)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Empty(t, files)
	sum := table.NewSum()
	for u := range int32(100) {
		sum.Add(u, 1)
	}
	require.NoError(t, table.Err())
	require.EqualValues(t, 100, sum.Values().Map()["shared"])
	require.EqualValues(t, 1, sum.Values().Map()["value 0"])
	require.NoError(t, table.Close())
}

// Data that cannot be written or read back is an error, not a wrong count.
func TestTable_DiskFailure(t *testing.T) {
	t.Run("no folder", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "gone"))
		table := NewTable(2, Limits{Lists: 1})
		counter := table.NewCounter()
		for u := range int32(2) {
			counter.Add([]byte("a"), 1)
			table.Set(u, counter)
		}
		require.ErrorIs(t, table.Err(), os.ErrNotExist)
		require.ErrorContains(t, table.Err(), "TMPDIR")
	})
	t.Run("lost file", func(t *testing.T) {
		table := NewTable(2, Limits{Lists: 1})
		counter := table.NewCounter()
		for u := range int32(2) {
			counter.Add([]byte("a"), 1)
			table.Set(u, counter)
		}
		require.NoError(t, table.Err())
		require.NoError(t, table.lists.file.Truncate(0))
		table.NewSum().Add(0, 1)
		require.Error(t, table.Err())
	})
}

func TestTable_ReportsExceededLimits(t *testing.T) {
	t.Parallel()
	table := NewTable(3, Limits{Values: 2})
	defer table.Close()
	counter := table.NewCounter()
	counter.Add([]byte("a"), 1)
	counter.Add([]byte("b"), 1)
	require.True(t, table.Set(0, counter))
	counter.Add([]byte("a"), 5)
	counter.Add([]byte("c"), 1)
	require.False(t, table.Set(1, counter))
	counter.Add([]byte("b"), 7)
	require.True(t, table.Set(2, counter), "known values always have room")
	sum := table.NewSum()
	for u := range int32(3) {
		sum.Add(u, 1)
	}
	require.Equal(t, map[string]int64{"a": 6, "b": 8}, sum.Values().Map())
	require.False(t, table.NewSum().Start(Of(map[string]int64{"d": 1})))

	long := NewTable(1, Limits{Text: 1})
	defer long.Close()
	counter = long.NewCounter()
	for i := range 20_000 {
		counter.Add(fmt.Append(nil, i, strings.Repeat("x", 90)), 1)
	}
	require.False(t, long.Set(0, counter), "2 MB do not fit into one piece of 1 MiB")
}

// A file with more distinct values than are kept with their text, counted by several goroutines.
func TestTable_LargeFilesInParallel(t *testing.T) {
	t.Parallel()
	const units, distinct = 4, 3*maxPending + 17
	table := NewTable(units, Limits{Lists: 1 << 10})
	defer table.Close()
	var group sync.WaitGroup
	for u := range int32(units) {
		group.Go(func() {
			counter := table.NewCounter()
			for range 2 {
				for i := range distinct {
					counter.Add(fmt.Append(nil, (i+int(u))%distinct), 1)
				}
			}
			table.Set(u, counter)
		})
	}
	group.Wait()
	sum := table.NewSum()
	for u := range int32(units) {
		sum.Add(u, 1)
	}
	require.NoError(t, table.Err())
	values := sum.Values()
	require.Equal(t, distinct, values.Len())
	for value, n := range values.All() {
		require.EqualValues(t, 2*units, n, value)
	}
}

func TestRows_ManyValues(t *testing.T) {
	t.Parallel()
	list := make([]Values, 3)
	want := map[string][]int64{}
	table := NewTable(3, Limits{})
	defer table.Close()
	for u := range list {
		counter := table.NewCounter()
		for n := u * 300; n < u*300+700; n++ {
			value := fmt.Sprintf("value%d", n)
			counter.Add([]byte(value), int64(n+1))
			if want[value] == nil {
				want[value] = make([]int64, 3)
			}
			want[value][u] = int64(n + 1)
		}
		require.True(t, table.Set(int32(u), counter))
		sum := table.NewSum()
		sum.Add(int32(u), 1)
		list[u] = sum.Values()
	}
	got := map[string][]int64{}
	for value, counts := range Rows(list) {
		got[value] = slices.Clone(counts)
	}
	require.Equal(t, want, got)
	for range Rows(list) {
		break // does not go on
	}
	require.Empty(t, maps.Collect(Rows(nil)))
}

func TestValues_Top(t *testing.T) {
	t.Parallel()
	values := Of(map[string]int64{"a": 1, "b": 3, "c": 2, "d": 2, "e": 1})
	require.Equal(t, map[string]int64{"b": 3, "c": 2}, values.Top(2))
	require.Equal(t, map[string]int64{"b": 3, "c": 2, "d": 2, "a": 1}, values.Top(4))
	require.Len(t, values.Top(5), 5)
	require.Empty(t, values.Top(0))
	require.Nil(t, Values{}.Top(3))
}
