package store

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/backsight/backsight/insights"
)

// MaxLogin is the maximal length of a login in bytes.
const MaxLogin = 200

// CheckLogin returns an Invalid error unless the text can be a login, the name that an
// authenticating proxy sends for a person: at most MaxLogin bytes of letters, digits and the
// characters !#$%&()+-./:=?@[\]^_{|}~, in the composed form of Unicode (NFC), with no character
// that is invisible. A comma can be a sign that a proxy has joined two headers.
func CheckLogin(login string) error {
	if login == "" || len(login) > MaxLogin || strings.ContainsFunc(login, notInLogins) || !norm.NFC.IsNormalString(login) {
		return insights.Errorf(insights.Invalid, "login %.80q: use 1 to %d bytes of letters, digits and punctuation, without spaces, commas, semicolons, quotes, asterisks and invisible characters", login, MaxLogin)
	}
	return nil
}

func notInLogins(c rune) bool {
	switch {
	case c == unicode.ReplacementChar, unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return true
	case c < unicode.MaxASCII:
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune(`!#$%&()+-./:=?@[\]^_{|}~`, c)
	}
	return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c)
}
