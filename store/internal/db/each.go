package db

import "context"

// The methods of this file run generated statements and pass each row to a function, so that a
// large result is never in memory as a whole. sqlc generates only methods that return all rows. An
// error of the function ends the statement and is returned.

// EachPoint runs the statement Points.
func (q *Queries) EachPoint(ctx context.Context, arg PointsParams, each func(PointsRow) error) error {
	rows, err := q.db.Query(ctx, points, arg.SeriesIDs, arg.FromTime, arg.ToTime, arg.AllValues, arg.ValueSeries, arg.ChosenValues)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var i PointsRow
		if err := rows.Scan(&i.SeriesID, &i.Time, &i.Snapshot, &i.Capture, &i.Value, &i.Captured,
			&i.Counted, &i.Reused, &i.Absent, &i.Partial, &i.Failed, &i.Pending); err != nil {
			return err
		}
		if err := each(i); err != nil {
			return err
		}
	}
	return rows.Err()
}

// EachCapturesAmong runs the statement CapturesAmong.
func (q *Queries) EachCapturesAmong(ctx context.Context, arg CapturesAmongParams, each func(CapturesAmongRow) error) error {
	rows, err := q.db.Query(ctx, capturesAmong, arg.SeriesIDs, arg.Chunks, arg.RepoIDs, arg.Given)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var i CapturesAmongRow
		if err := rows.Scan(&i.SeriesID, &i.Chunk, &i.Capture, &i.Vals); err != nil {
			return err
		}
		if err := each(i); err != nil {
			return err
		}
	}
	return rows.Err()
}
