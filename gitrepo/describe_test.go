package gitrepo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/backsight/backsight/internal/testgit"
)

// encodedCommits are commits in several encodings: the value of the header, "" for none, the texts
// as git stores them, and the texts as git prints them in UTF-8.
var encodedCommits = []struct{ header, name, message, wantName, wantMessage string }{
	{"", "René", "café\n\n body \n\n\n", "René", "café\n\n body \n\n\n"},
	{"", "Ren\xe9", "caf\xe9\n", "Ren\xe9", "caf\xe9\n"},
	{"UTF-8", "René", "café", "René", "café"},
	{"utf8", "René", "", "René", ""},
	{"ISO-8859-1", "Ren\xe9", "caf\xe9\n\n body \n\n\n", "René", "café\n\n body \n\n\n"},
	{"iso8859-1", "Ren\xe9", "\n\ncaf\xe9", "René", "\n\ncafé"},
	{"latin1", "Ren\xe9", "caf\xe9", "René", "café"},
	{"latin-1", "Ren\xe9", "caf\xe9", "René", "café"},
	{"ISO-8859-15", "Ren\xe9", "5 \xa4", "René", "5 €"},
	{"CP1252", "Ren\xe9", "5 \x80", "René", "5 €"},
	{"windows-1251", "\xc8\xe2\xe0\xed", "\xef\xf0\xe8\xe2\xe5\xf2\n", "Иван", "привет\n"},
	{"KOI8-R", "\xe9\xd7\xc1\xce", "\xd0\xd2\xc9\xd7\xc5\xd4\n", "Иван", "привет\n"},
	{"EUC-JP", "\xc6\xfc\xcb\xdc", "\xc6\xfc\xcb\xdc\n", "日本", "日本\n"},
	{"SHIFT-JIS", "\x93\xfa\x96\x7b", "\x93\xfa\x96\x7b\n", "日本", "日本\n"},
	{"ISO-2022-JP", "Bo", "\x1b$BF|K\\\x1b(B\n", "Bo", "日本\n"},
	{"GBK", "Bo", "\xd6\xd0\xce\xc4\n", "Bo", "中文\n"},
	{"US-ASCII", "Ann", "plain", "Ann", "plain"},
	{"US-ASCII", "Ren\xe9", "not ASCII \xe9", "Ren\xe9", "not ASCII \xe9"},
	{"EUC-JP", "Bo", "broken \xc6\n", "Bo", "broken \xc6\n"},
	{"x-no-such-encoding", "Ren\xe9", "caf\xe9\n", "Ren\xe9", "caf\xe9\n"},
}

// The texts of commits are in UTF-8, whatever the encoding of the commits and the configuration of
// the repository.
func TestCommitTexts_AreInUTF8(t *testing.T) {
	t.Parallel()
	for _, config := range [][2]string{
		{}, {"i18n.commitEncoding", "ISO-8859-1"}, {"i18n.logOutputEncoding", "ISO-8859-1"}, {"i18n.logOutputEncoding", "UTF-16"}, {"i18n.logOutputEncoding", "nonsense"},
	} {
		repo := testgit.New(t)
		if config[0] != "" {
			repo.Git(t, "config", config[0], config[1])
		}
		tree := repo.RawObject(t, "tree", "")
		var ids []OID
		var texts []CommitText
		var described []Description
		for _, c := range encodedCommits {
			lines := "author " + c.name + " <a@b> 1 +0000\ncommitter C " + c.name + " <c@d> 2 +0000\n"
			if c.header != "" {
				lines += "encoding " + c.header + "\n"
			}
			ids = append(ids, OID(repo.RawCommit(t, tree, nil, lines, c.message)))
			texts = append(texts, CommitText{Author: c.wantName + " <a@b>", Committer: "C " + c.wantName + " <c@d>", Message: c.wantMessage})
			subject, _, _ := strings.Cut(strings.TrimLeft(c.wantMessage, "\n"), "\n")
			described = append(described, Description{Author: c.wantName + " <a@b>", Subject: subject})
		}
		r := open(t, repo.Dir)
		require.True(t, r.plain, "the configuration of encodings does not matter")
		got, err := r.CommitTexts(t.Context(), ids)
		require.NoError(t, err)
		require.Equal(t, texts, got)
		short, err := r.Describe(t.Context(), ids)
		require.NoError(t, err)
		require.Equal(t, described, short)
	}
}

func TestCommitTexts_FailForAMissingCommit(t *testing.T) {
	t.Parallel()
	repo := testgit.New(t)
	_, err := open(t, repo.Dir).CommitTexts(t.Context(), []OID{OID(strings.Repeat("12", 20))})
	require.ErrorContains(t, err, "git log exited 128")
}
