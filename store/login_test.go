package store_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store"
)

func TestCheckLogin(t *testing.T) {
	t.Parallel()
	for _, login := range []string{
		"ann", "ann.lee+x@example.com", `CORP\ann`, "Zoë", "müller", "アン", "user_1", "a/b", strings.Repeat("a", store.MaxLogin), "हिन्दी",
	} {
		require.NoError(t, store.CheckLogin(login), "%q", login)
	}
	for _, login := range []string{
		"", " ", "ann ", " ann", "ann lee", "ann\u00a0", "ann\u2003", "\u3000ann", "ann\u0085", "ann,bob", "ann;", `"ann"`, "o'x", "*", "a*", "`",
		"ann\x00", "ann\x01", "ann\xff", "ann\u200b", "r\u200boot", "\u202eciv", "root\ufe0f", "root\u3164", "root\u2800", "root\u034f", "root\u180b",
		"root\u17b5", "mu\u0308ller", "\ufffd", strings.Repeat("a", store.MaxLogin+1), "<b>",
	} {
		require.Equal(t, insights.Invalid, insights.ErrorCode(store.CheckLogin(login)), "%q", login)
	}
}
