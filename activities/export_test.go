package activities

// OwnTrouble reports whether an error is one repository's, which must not fail an activity.
func OwnTrouble(err error) bool { return asRepositoryError(err) != nil }
