package linguist

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-enry/go-enry/v2"
	"github.com/go-enry/go-enry/v2/data"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// shared returns the extensions, file names and interpreters that belong to several languages, as
// file names.
func shared() map[string][]string {
	found := map[string][]string{}
	for extension, names := range data.LanguagesByExtension {
		if len(names) > 1 {
			found["file"+extension] = names
		}
	}
	for file, names := range data.LanguagesByFilename {
		if len(names) > 1 {
			found[file] = names
		}
	}
	for interpreter, names := range data.LanguagesByInterpreter {
		if len(names) > 1 {
			found["script of "+interpreter] = names
		}
	}
	return found
}

func TestTokens_EqualEnry(t *testing.T) {
	compared := 0
	for file, names := range shared() {
		for _, name := range names {
			want, ok := data.LanguagesLogProbabilities[name]
			section, have := tokenTable().languages[name]
			if ok != have {
				t.Fatalf("%s, of %s: in the table %v, in enry %v: run go generate", name, file, have, ok)
			}
			if !ok {
				continue
			}
			if got := section(); got.language != want || !maps.Equal(got.tokens, data.TokensLogProbabilities[name]) {
				t.Errorf("%s: the table is not enry's: run go generate", name)
			}
			compared++
		}
	}
	if compared == 0 {
		t.Error("no language compared")
	}
	if tokenTable().total != data.TokensTotal {
		t.Errorf("%v tokens in total, enry has %v: run go generate", tokenTable().total, data.TokensTotal)
	}
}

func TestNames_EqualEnry(t *testing.T) {
	require.Equal(t, data.LanguagesByExtension, byExtension(), "run go generate")
	require.Equal(t, data.LanguagesByFilename, byFile())
	require.Equal(t, data.LanguagesByInterpreter, byInterpreter())
	require.Equal(t, append(slices.Sorted(maps.Keys(data.IDByLanguage)), slices.Sorted(maps.Keys(data.LanguageByAliasMap))...), Names())

	for _, text := range append(Names(), "", "c, sharp", "Visual  Basic", "Ü", "no such") {
		for _, text := range []string{text, strings.ToUpper(text), strings.ReplaceAll(text, "_", " "), " " + text, text + ","} {
			want, wantOK := enry.GetLanguageByAlias(text)
			if got, ok := ByName(text); ok != wantOK || ok && got != want {
				t.Errorf("name %q: %q %v, enry says %q %v", text, got, ok, want, wantOK)
			}
		}
	}
	scripts := map[string]bool{}
	for _, names := range data.LanguagesByInterpreter {
		for _, name := range names {
			scripts[name] = true
		}
	}
	for name := range data.IDByLanguage {
		require.Equal(t, scripts[name], HasInterpreter(name), name)
	}
}

func TestPaths_EqualEnry(t *testing.T) {
	var files []string
	for extension := range data.LanguagesByExtension {
		files = append(files, extension, "a/file"+extension, "file.x"+extension, "file"+extension+".x", "file"+strings.ToUpper(extension))
	}
	for file := range data.LanguagesByFilename {
		files = append(files, file, "a/"+file, "x"+file, strings.ToLower(file))
	}
	for _, file := range append(files, "", "a", ".", "a.", "a..go", "a/b.d/c") {
		want := enry.GetLanguagesByFilename(file, nil, nil)
		if len(want) == 0 {
			want = enry.GetLanguagesByExtension(file, nil, nil)
		}
		if got := ByPath(file); !slices.Equal(got, want) {
			t.Errorf("%s: %q, enry says %q", file, got, want)
		}
	}
}

// expressions returns the regular expressions in a value, including unexported fields.
func expressions(v reflect.Value) (found []string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.Type() == reflect.TypeFor[*regexp.Regexp]() {
			if v.IsNil() {
				return nil // Go's regexp package does not support it
			}
			return []string{v.Elem().FieldByName("expr").String()}
		}
		return expressions(v.Elem())
	case reflect.Slice:
		for _, element := range v.Seq2() {
			found = append(found, expressions(element)...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, expressions(v.Field(i))...)
		}
	}
	return found
}

// The contents are combinations of texts that enry's rules for an extension search for.
func TestContentsThatRulesMatch_EqualEnry(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	met := map[string]bool{}
	for _, extension := range slices.Sorted(maps.Keys(data.ContentHeuristics)) {
		exprs := expressions(reflect.ValueOf(data.ContentHeuristics[extension]))
		texts := []string{""}
		for i, expr := range exprs {
			text := rapid.StringMatching(expr)
			texts = append(texts, text.Example(2*i), text.Example(2*i+1))
		}
		for i := range 4 * len(texts) {
			content := texts[i%len(texts)] // each text alone, too
			for range i / len(texts) {
				content += "\n" + texts[random.IntN(len(texts))]
			}
			want := enry.GetLanguagesByContent("file"+extension, []byte(content), nil)
			if got := ByContent("a/file"+strings.ToUpper(extension), []byte(content)); !slices.Equal(got, want) {
				t.Errorf("%s, content %q: %q, enry says %q", extension, content, got, want)
			}
			for _, name := range want {
				met[extension+" "+name] = true
			}
		}
	}
	if len(met) < 300 {
		t.Errorf("rules found %d languages of extensions, want at least 300", len(met))
	}
}

// compare compares the results of both packages for a content.
func compare(t *testing.T, file string, candidates []string, content []byte) {
	t.Helper()
	if got, want := ByShebang(content), enry.GetLanguagesByShebang(file, content, nil); !slices.Equal(got, want) {
		t.Errorf("#! line of %.80q: %q, enry says %q", content, got, want)
	}
	if got, want := ByContent(file, content), enry.GetLanguagesByContent(file, content, nil); !slices.Equal(got, want) {
		t.Errorf("%s, content %.80q: %q, enry says %q", file, content, got, want)
	}
	got := Classify(content, candidates)
	var want []string
	for range 400 { // enry returns any of several equally likely languages
		first := ""
		if found := enry.GetLanguagesByClassifier(file, content, candidates); len(found) > 0 {
			first = found[0]
		}
		if want = append(want, first); first == got {
			return
		}
	}
	t.Errorf("%s of %q, content %.80q: classified %q, enry says %q", file, candidates, content, got, want)
}

// The first rows are those of linguist's own tests. Where enry finds another language, the row says
// so.
func TestByShebang_EqualsLinguist(t *testing.T) {
	for _, row := range []struct{ line, language, enry string }{
		{"#!/usr/bin/python2.7", "Python", "Python"},
		{"#!/usr/bin/env -vS ruby -wKU", "Ruby", "Ruby"},
		{"#!/usr/bin/env --split-string sed -f", "sed", "sed"},
		{"#!/usr/bin/env -S GH_TOKEN=ghp_*** deno run --allow-net", "TypeScript", "TypeScript"},
		{"#!/usr/bin/env python3.11", "Python", "Python"},
		{"#!/usr/bin/env -S perl -w", "Perl", "Perl"},
		{"#! /usr/bin/env -S node --flag", "JavaScript", "JavaScript"},
		{"#!/usr/bin/env -i PATH=/bin -S ruby\r", "Ruby", "Ruby"},
		{"#!perl", "Perl", "Perl"},
		{"#!/bin/sh\nexec scala \"$0\" \"$@\"\n", "Scala", "Scala"},
		{"#!/usr/bin/osascript -l JavaScript", "", ""},
		{"#!/usr/bin/env", "", ""},
		{"#!/usr/bin/env -S", "", ""},
		{"#!", "", ""},
		// Only the last part of a version is cut, and "ruby2" is no interpreter in the tables.
		{"#!/usr/bin/ruby2.7", "", ""},
		{"#!/usr/bin/python3.11.2", "", "Python"},
		{"#!/usr/bin/env pypy3.9", "Python", ""},
		{"#!/usr/bin/ruby.2", "Ruby", ""},
		{"#!/usr/bin/env ts-node --esm", "TypeScript", ""},
		{"#!/usr/bin/env cwl-runner x", "Common Workflow Language", ""},
		{"#!/opt/x-language/osascript", "AppleScript", ""},
		{"#! env perl", "", "Perl"},
		{"#!/bin/sh\nexec scala -cp . \"$0\" \"$@\"\n", "Shell", "Scala"},
	} {
		first := func(names []string) string { return append(names, "")[0] }
		require.Equal(t, row.language, first(ByShebang([]byte(row.line))), row.line)
		require.Equal(t, row.enry, first(enry.GetLanguagesByShebang("x", []byte(row.line), nil)), "enry: %s", row.line)
	}
}

func TestGeneratedContents_EqualEnry(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	starts := []string{
		"", "", "", "", "#!/bin/sh\n", "#!/bin/sh\n# \\\nexec tclsh \"$0\" \"$@\"\n", "#! /usr/bin/env -S FOO=bar python3.11 -u\n",
		"#!/usr/bin/env\n", "#!\n", "#!/usr/bin/env node\r\n", "#!/usr/bin/osascript -l JavaScript\n", "#!/usr/bin/perl -w\n",
		"#!/usr/bin/env -i --x ruby\n", "#!/bin/bash", "#!/usr/bin/env a=b\n", "<?xml version=\"1.0\"?>\n",
	}
	between := []string{" ", " ", "\n", "\n\t", " /* c */ ", " // x\n", "\"s\" ", " 0x1F ", " <a href=\"b\" c>", "<!-- d -->", "\x00", "é", "%"}
	files := shared()
	for _, file := range slices.Sorted(maps.Keys(files)) {
		names := files[file]
		compare(t, file, names, nil)
		for range 3 {
			content := starts[random.IntN(len(starts))]
			for range 1 + random.IntN(2) {
				tokens := slices.Sorted(maps.Keys(data.TokensLogProbabilities[names[random.IntN(len(names))]]))
				for range min(random.IntN(60), len(tokens)) {
					content += tokens[random.IntN(len(tokens))] + between[random.IntN(len(between))]
				}
			}
			compare(t, file, names, []byte(content))
		}
	}
}

// Each file of this repository is compared under a name that belongs to several languages: one with
// the extension of the file if there is such a name, else any.
func TestThisRepository_EqualsEnry(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	var paths []string
	for _, glob := range []string{"*", "search/internal/linguist/*", "search/match/*", "search/query/*", "store/*", "store/queries/*", "migrations/*", "web/*", "web/src/*", "web/src/ui/*", "docs/*", "deploy/*"} {
		found, err := filepath.Glob(filepath.Join(root, glob))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	files := shared()
	names := slices.Sorted(maps.Keys(files))
	compared := 0
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > 64<<10 {
			continue // for example, a broken symbolic link
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		own, _ := filepath.Rel(root, path)
		if got, want := IsVendor(own), enry.IsVendor(own); got != want {
			t.Errorf("%s: vendored %v, enry says %v", own, got, want)
		}
		ambiguous := names[compared%len(names)]
		if file := "file" + strings.ToLower(filepath.Ext(path)); files[file] != nil {
			ambiguous = file
		}
		compare(t, ambiguous, files[ambiguous], content[:min(len(content), 8<<10)])
		compared++
	}
	if compared < 50 {
		t.Errorf("compared %d files, want at least 50", compared)
	}
}

func TestVendored_EqualsEnry(t *testing.T) {
	files := []string{"vendor/a.go", "a/node_modules/b.js", "main.go", "x/jquery-1.2.3.min.js", "dist/a", ".github/x.yml", "testdata/a", "src/cache/b", "a.d.ts", ""}
	for i, matcher := range data.VendorMatchers {
		file := rapid.StringMatching(matcher.String()).Example(i)
		files = append(files, file, "a/"+file, "a"+file, file+"a", file+"/a", strings.ToUpper(file))
	}
	for _, file := range files {
		if got, want := IsVendor(file), enry.IsVendor(file); got != want {
			t.Errorf("%s: vendored %v, enry says %v", file, got, want)
		}
	}
}
