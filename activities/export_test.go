package activities

import "context"

// OwnTrouble reports whether an error is one repository's, which must not fail an activity.
func OwnTrouble(err error) bool { return asRepositoryError(err) != nil }

// StartSearch occupies a search's place.
func (l *Limits) StartSearch(ctx context.Context, beat func()) (running int, done func(), err error) {
	return l.startSearch(ctx, beat)
}
