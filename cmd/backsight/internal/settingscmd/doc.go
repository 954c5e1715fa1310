// Package settingscmd holds the commands about settings: `backsight settings …`. Read next:
// settings.go.
package settingscmd
