package activities

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/store"
)

// Over all pages, batches cover the pending repositories in order, each exactly once and within the
// bounds.
func TestBatchesCoverEachRepositoryOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var work []store.RepositoryWork
		id := int64(0)
		for range rapid.IntRange(0, 1500).Draw(t, "repositories") {
			id += rapid.Int64Range(1, 3).Draw(t, "gap")
			work = append(work, store.RepositoryWork{
				RepositoryID: id, Name: fmt.Sprint(id), Pending: 1,
				Commits: rapid.IntRange(1, 30).Draw(t, "commits"), SizeBytes: rapid.Int64Range(0, 50<<20).Draw(t, "size"),
			})
		}
		limits := budgets{
			batch: rapid.SampledFrom([]int64{0, 1, 50, 800}).Draw(t, "batch"),
			frame: rapid.SampledFrom([]int64{0, 20, 20_000}).Draw(t, "frame"),
		}
		for len(work) > 0 {
			page, taken := batches(work, limits)
			require.Positive(t, taken, "every page makes progress")
			require.LessOrEqual(t, len(page.Batches), MaxBatches)
			next := 0
			var total int64
			for _, b := range page.Batches {
				require.Equal(t, work[next].RepositoryID, b.From)
				count, cost := 0, int64(0)
				for next < taken && work[next].RepositoryID <= b.Through {
					cost += work[next].Cost()
					count++
					next++
				}
				total += cost
				require.Equal(t, work[next-1].RepositoryID, b.Through)
				require.Equal(t, cost, b.cost)
				if count > 1 {
					require.LessOrEqual(t, cost, limits.batch)
					require.LessOrEqual(t, count, maxBatchRepositories)
					require.False(t, b.Unfold)
				} else {
					require.Equal(t, cost > limits.frame, b.Unfold)
				}
			}
			require.Equal(t, taken, next)
			if taken > 1 {
				require.LessOrEqual(t, total, int64(pageCost))
			}
			work = work[taken:]
		}
	})
}
