package store

import (
	"context"
	"time"
)

// Classify is classify, for error classes that no test can cause in a healthy database.
var Classify = classify

// ReadWide reads filtered charts as Read does if there are too many captured values.
func (s *Charts) ReadWide(ctx context.Context, seriesIDs []string, f PointFilter, d Display) (map[string]Chart, error) {
	return s.readWide(ctx, seriesIDs, f, d)
}

// AsOf returns the commit of a repository at each of the times, as plans find it in the commit
// index. A time without a commit is not in the map.
func (s *Commits) AsOf(ctx context.Context, repoID int64, times []time.Time) (map[time.Time]string, error) {
	resolved, err := resolve(ctx, s.queries(), []int32{id32(repoID)}, instants(times))
	found := map[time.Time]string{}
	for _, t := range times {
		if at := resolved.at(id32(repoID), t); at.commit != "" {
			found[t] = hexID([]byte(at.commit))
		}
	}
	return found, err
}
