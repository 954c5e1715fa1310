package match

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/search/internal/linguist"
	"github.com/backsight/backsight/search/query"
)

func TestMatcher_With(t *testing.T) {
	t.Parallel()
	php := linguist.Attributes{Overridden: true, Language: "PHP"}
	none := linguist.Attributes{Overridden: true}
	for _, row := range []struct {
		query, path, content string
		attributes           linguist.Attributes
		want                 Want
		n                    int64
	}{
		{"lang:php", "a.inc", "", php, Path, 1},
		{"lang:php a", "a.go", "a a", php, Content, 2},
		{"lang:go", "a.go", "", php, Skip, 0},
		{"-lang:go a", "a.go", "a", php, Content, 1},
		{"lang:go", "a.go", "", none, Skip, 0},
		{"lang:php", "run", "#!/bin/sh\n", php, Path, 1},
		{"lang:shell", "run", "#!/bin/sh\n", php, Skip, 0},
		{"lang:php", "a.inc", "\x00", php, Path, 1},
		{"lang:go", "a.go", "", linguist.Attributes{Vendored: linguist.Yes, Generated: linguist.Yes, Detectable: linguist.No}, Path, 1},
		{"file:go$", "a.go", "", php, Path, 1},
	} {
		q, err := query.Parse(row.query)
		require.NoError(t, err)
		m, err := Compile(q, Options{})
		require.NoError(t, err)
		with := m.With(row.attributes)
		require.Equal(t, row.want, with.Want(row.path), "%s at %s", row.query, row.path)
		require.Equal(t, row.n, with.Match(row.path, []byte(row.content)).N, "%s at %s", row.query, row.path)
		require.Equal(t, row.query != "file:go$", m.ReadsLanguages())
	}
}

func TestMatcher_WithGroups(t *testing.T) {
	t.Parallel()
	yes, no := linguist.Yes, linguist.No
	for _, row := range []struct {
		path, content string
		attributes    linguist.Attributes
		group         string
	}{
		{"a.go", "x\n", linguist.Attributes{}, "Go"},
		{"a.go", "x\n", linguist.Attributes{Overridden: true, Language: "PHP"}, "PHP"},
		{"a.go", "x\n", linguist.Attributes{Overridden: true}, UnknownLanguage},
		{"a.go", "\x00", linguist.Attributes{Overridden: true, Language: "PHP"}, BinaryFiles},
		{"a.go", "x\n", linguist.Attributes{Vendored: yes}, VendoredFiles},
		{"vendor/a.go", "x\n", linguist.Attributes{}, VendoredFiles},
		{"vendor/a.go", "x\n", linguist.Attributes{Vendored: no}, "Go"},
		{"a.go", "\x00", linguist.Attributes{Vendored: yes}, VendoredFiles},
		{"a.go", "x\n", linguist.Attributes{Documentation: yes}, DocumentationFiles},
		{"docs/a.go", "x\n", linguist.Attributes{Documentation: no}, "Go"},
		{"a.go", "x\n", linguist.Attributes{Generated: yes}, GeneratedFiles},
		{"a.go", "x\n", linguist.Attributes{Generated: no}, "Go"},
		{"a.go", "x\n", linguist.Attributes{Detectable: no}, UndetectableFiles},
		{"a.json", "x\n", linguist.Attributes{Detectable: yes}, "JSON"},
		{"vendor/a.go", "x\n", linguist.Attributes{Detectable: yes}, VendoredFiles},
		{"a.go", "x\n", linguist.Attributes{Vendored: yes, Generated: yes, Documentation: yes}, VendoredFiles},
		{"a.go", "x\n", linguist.Attributes{Generated: yes, Documentation: yes, Detectable: no}, DocumentationFiles},
	} {
		for _, all := range []bool{true, false} {
			q, err := query.ParseFilters("")
			require.NoError(t, err)
			m, err := Compile(q, Options{Languages: &Languages{Measures: Files, Vendored: all}})
			require.NoError(t, err)
			m = m.With(row.attributes)
			want := map[string]int64{row.group: 1}
			switch row.group {
			case VendoredFiles, DocumentationFiles, GeneratedFiles, UndetectableFiles:
				if !all {
					want = nil
					require.Equal(t, Skip, m.Want(row.path))
				}
			}
			require.Equal(t, want, m.Match(row.path, []byte(row.content)).Values, "%+v", row)
		}
	}
}
