package gitattributes

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/backsight/backsight/internal/testgit"
	"github.com/backsight/backsight/search/internal/linguist"
)

// contextOf returns the context of `folder`, which is "" or ends in a slash. `files` has the
// .gitattributes files by folder.
func contextOf(t *Table, files map[string]*File, folder string) *Context {
	var c *Context
	at := ""
	for {
		if f := files[at]; f != nil {
			c = t.Add(c, f, at == "")
		}
		if at == folder {
			return c
		}
		name, _, _ := strings.Cut(folder[len(at):], "/")
		c = t.Enter(c, name)
		at += name + "/"
	}
}

// told returns what Backsight says about a path, in the words of git check-attr.
func told(c *Context, name string) []string {
	var texts []string
	values := c.values(name)
	for i := range names {
		text := "unspecified"
		if values != nil {
			switch v := values[i]; v.kind {
			case yes:
				text = "set"
			case no:
				text = "unset"
			case isText:
				text = v.text
			}
		}
		texts = append(texts, text)
	}
	return texts
}

// askGit returns what git check-attr says about paths, from the files of a work tree.
func askGit(t testgit.TB, dir string, paths []string) map[string][]string {
	cmd := exec.Command("git", append([]string{"-C", dir, "check-attr", "-z", "--stdin"}, names[:]...)...)
	cmd.Env = testgit.Env()
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00") + "\x00")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git check-attr: %v: %s", err, stderr.String())
	}
	fields := strings.Split(string(out), "\x00")
	found := map[string][]string{}
	for i := 0; i+2 < len(fields); i += 3 {
		found[fields[i]] = append(found[fields[i]], fields[i+2])
	}
	return found
}

// newWorkTree returns a folder with an empty repository.
func newWorkTree(t testing.TB) string {
	dir := t.TempDir()
	cmd := exec.Command("git", "init", "--quiet", dir)
	cmd.Env = testgit.Env()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return dir
}

// compare compares git and Backsight for the .gitattributes files of these folders.
func compare(t testgit.TB, dir string, files map[string]string, paths []string) {
	parsed := map[string]*File{}
	for folder, content := range files {
		parsed[folder] = Parse([]byte(content))
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatalf("%v", err)
		}
		file := filepath.Join(dir, folder, FileName)
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatalf("%v", err)
		}
		defer os.Remove(file)
	}
	table := NewTable()
	want := askGit(t, dir, paths)
	for _, p := range paths {
		folder, name := path.Split(p)
		got := told(contextOf(table, parsed, folder), name)
		if strings.Join(got, " ") != strings.Join(want[p], " ") {
			t.Fatalf("files %q, path %q:\ngit        %q\nBacksight  %q", files, p, want[p], got)
		}
	}
}

// Each text is the .gitattributes file of the root, and then that of a folder.
func TestContext_EqualsGit(t *testing.T) {
	t.Parallel()
	dir := newWorkTree(t)
	paths := []string{
		"a", "a.inc", "b.inc", "x/a", "x/a.inc", "x/y/a.inc", "x/y/b", "y/x/a", "xx/a", "ab", "a b", "a\tb", "é.inc", "\xff.inc", "!a", "#a", "\"a", "a\\b", "[attr]", "[a", "-", "x/-a",
		"vendor/a", "vendored/a", "x/vendor/a", "docs", "docs/a", "docs/x/a", "a]", "a1", "aé", ".gitattributes", "x/.gitattributes",
	}
	for _, content := range []string{
		"*.inc linguist-language=PHP\n", "*.inc\tlinguist-language=PHP\r\n", "  *.inc   linguist-vendored  linguist-generated=false\n",
		"*.inc linguist-vendored\na.* -linguist-vendored\nb* !linguist-vendored", "* linguist-vendored linguist-language=C++\n*.inc linguist-language",
		"x/* linguist-vendored\n", "x/** linguist-vendored\n", "x linguist-vendored\n", "x/ linguist-vendored\n", "/x/* linguist-vendored\n", "/a linguist-vendored\n",
		"**/a linguist-vendored\n", "**/x/** linguist-vendored\n", "x/**/a.inc linguist-vendored\n", "**/y/*.inc linguist-vendored\n", "** linguist-vendored", "x** linguist-vendored",
		"/x**/a linguist-vendored\n", "docs/** linguist-documentation\n", "/docs** linguist-vendored\n", "/vendor**/a linguist-vendored\n", "x/**a linguist-vendored", "**\\/a linguist-vendored", "x/**\\/a linguist-vendored",
		"*/a linguist-vendored\n", "*/*/a* linguist-vendored\n", "?.inc linguist-vendored\n", "[ab].inc linguist-vendored\n", "[!a].inc linguist-vendored\n", "[^a]* linguist-vendored", "[a-b]* linguist-vendored",
		"a[]] linguist-vendored", "a[1-] linguist-vendored", "a[[:digit:]] linguist-vendored", "a[[:bad:]] linguist-vendored", "[a linguist-vendored", "a[[:digit]1] linguist-vendored", "x[/]a linguist-vendored", "x/[!z] linguist-vendored",
		"\"a b\" linguist-vendored", "\"a\\tb\" linguist-vendored", "\"\\303\\251.inc\" linguist-vendored", "\"a linguist-vendored", "\"\\q\" linguist-vendored", "\\\"a linguist-vendored", "a\\\\b linguist-vendored", "\"a\"linguist-vendored",
		"!a linguist-vendored", "\\!a linguist-vendored", "# linguist-vendored", "\\#a linguist-vendored", "#a linguist-vendored",
		"*.inc linguist-vendored linguist.bad/x", "*.inc linguist-vendored=", "*.inc -linguist-vendored=x", "*.inc --linguist-vendored", "*.inc = linguist-vendored", "*.inc linguist-vendored linguist-vendored=2 -linguist-vendored",
		"[attr]ours linguist-vendored linguist-language=Go\n*.inc ours\na.inc -ours\n", "*.inc ours\n[attr]ours linguist-vendored", "[attr]ours linguist-vendored\n[attr]more ours -linguist-generated\n*.inc more\nb.inc -ours more",
		"[attr]binary linguist-generated\n*.inc binary\n", "[attr]ours linguist-vendored\n*.inc ours=1\n", "[attr]ours linguist-vendored\n*.inc linguist-vendored=x ours\n*.inc ours linguist-vendored=y\n", "[attr]ours linguist-vendored\n*.inc ours -linguist-vendored",
		"[attr] ours linguist-vendored\n*.inc ours", "[attr]linguist-vendored linguist-generated\n*.inc linguist-vendored", "[attr]text linguist-generated\n* text\n*.inc binary", "[attr]loop pool\n[attr]pool loop linguist-vendored\n* loop",
		"[attr]bad/name linguist-vendored\n*.inc linguist-generated", "\ufeff*.inc linguist-vendored\n", "*.inc linguist-vendored\n" + strings.Repeat("x", 2100) + " y\n* linguist-generated",
		"*.inc linguist-vendored " + strings.Repeat(" ", 2010) + "x", "*.inc linguist-vendored " + strings.Repeat(" ", 2030) + "x", "a.inc linguist-vendored\\\n", "* linguist-vendored\v", "*.inc\vlinguist-vendored", "\\", "a\\", "* linguist-vendored\n/ -linguist-vendored\n// -linguist-vendored", "//a linguist-vendored", "x//a linguist-vendored",
	} {
		compare(t, dir, map[string]string{"": content}, paths)
		compare(t, dir, map[string]string{"x/": content, "": "*.inc linguist-vendored=root\n[attr]more -linguist-generated linguist-detectable\n"}, paths)
	}
}

func TestContext_EqualsGit_ForAnyFiles(t *testing.T) {
	t.Parallel()
	dir := newWorkTree(t)
	parts := rapid.SampledFrom([]string{"a", "b", "ab", "*", "**", "?", "/", "/", "**/", "/**", "[ab]", "[!a]", "\\", ".", "***", "[", "[/]", "é", "b.a"})
	attribute := rapid.SampledFrom([]string{"linguist-vendored", "-linguist-vendored", "!linguist-vendored", "linguist-language=C", "linguist-language=D", "-linguist-language", "linguist-generated=false", "mac", "-mac", "!mac", "mac=x", "cam", "text", "binary", "-x/y"})
	line := rapid.Custom(func(t *rapid.T) string {
		pattern := strings.Join(rapid.SliceOfN(parts, 1, 5).Draw(t, "pattern"), "")
		if rapid.IntRange(0, 5).Draw(t, "macro") == 0 {
			pattern = rapid.SampledFrom([]string{"[attr]mac", "[attr]cam", "[attr]binary", "[attr]text"}).Draw(t, "name")
		}
		return pattern + " " + strings.Join(rapid.SliceOfN(attribute, 1, 3).Draw(t, "attributes"), " ") + "\n"
	})
	file := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(line, 1, 6).Draw(t, "lines"), "") })
	name := rapid.SampledFrom([]string{"a", "b", "ab", "ba", "é", "b.a", "aab", "x"})
	paths := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(name, 1, 4).Draw(t, "names"), "/")
	}), 5, 30, rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		files := map[string]string{"": file.Draw(t, "root")}
		for _, folder := range []string{"a/", "a/b/"} {
			if rapid.Bool().Draw(t, folder) {
				files[folder] = file.Draw(t, "file")
			}
		}
		compare(t, dir, files, paths.Draw(t, "paths"))
	})
}

func TestContext_IsReducedToWhatMatters(t *testing.T) {
	t.Parallel()
	table := NewTable()
	add := func(c *Context, content string, root bool) *Context {
		return table.Add(c, Parse([]byte(content)), root)
	}
	require.Nil(t, add(nil, "* text=auto\n*.png binary\n[attr]mine -text\n*.x mine\n", true))
	c := add(nil, "vendor/** linguist-vendored\n*.txt text\n", true)
	require.NotNil(t, c)
	require.Nil(t, table.Enter(c, "src"), "no rule matters there")
	require.Same(t, table.Enter(c, "vendor"), table.Enter(table.Enter(c, "vendor"), "x"), "the same rules apply")
	require.Same(t, c, add(nil, "# comment\nvendor/** linguist-vendored -text\n", true))
	require.Same(t, c, add(c, "* text\n", false))
	require.NotSame(t, c, add(nil, "vendor/** -linguist-vendored\n", true))
	macros := add(nil, "[attr]mine linguist-vendored\n", true)
	require.NotNil(t, macros, "a folder below can use the macro")
	require.Equal(t, linguist.Attributes{Vendored: linguist.Yes}, add(table.Enter(macros, "x"), "* mine\n", false).Of("a"))
	require.Nil(t, add(nil, "* mine\n[attr]mine linguist-vendored\n", false), "only the root's file defines macros")
}

func TestContext_ReadsValuesAsLinguistDoes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]linguist.Attributes{
		"linguist-language=PHP":                       {Overridden: true, Language: "PHP"},
		"linguist-language=golang":                    {Overridden: true, Language: "Go"},
		"linguist-language=c++":                       {Overridden: true, Language: "C++"},
		"linguist-language=Common-Lisp":               {Overridden: true, Language: "Common Lisp"},
		"linguist-language=visual-basic-.net":         {Overridden: true, Language: "Visual Basic .NET"},
		"linguist-language=Klingon":                   {Overridden: true},
		"linguist-language=":                          {Overridden: true},
		"linguist-language":                           {Overridden: true},
		"-linguist-language":                          {},
		"!linguist-language":                          {},
		"linguist-vendored":                           {Vendored: linguist.Yes},
		"linguist-vendored=false":                     {Vendored: linguist.No},
		"linguist-vendored=true":                      {Vendored: linguist.Yes},
		"linguist-vendored=0":                         {Vendored: linguist.Yes},
		"-linguist-vendored":                          {Vendored: linguist.No},
		"!linguist-vendored":                          {},
		"linguist-generated -linguist-documentation":  {Generated: linguist.Yes, Documentation: linguist.No},
		"linguist-detectable=false":                   {Detectable: linguist.No},
		"linguist-vendored\x00\n* linguist-generated": {Vendored: linguist.Yes},
		"text=auto eol=lf":                            {},
	} {
		require.Equal(t, want, NewTable().Add(nil, Parse([]byte("* "+text)), true).Of("a"), text)
	}
}
