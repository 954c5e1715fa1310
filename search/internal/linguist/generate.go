//go:build ignore

// Generate writes the tables of this package from those of package enry. The files that embed the
// tables describe their formats.
package main

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"log"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/go-enry/go-enry/v2/data"
)

func main() {
	check(os.WriteFile("names.txt", []byte(names()), 0o644))
	check(os.WriteFile("rules.txt", []byte(rules()), 0o644))
	check(os.WriteFile("tokens.deflate", tokens(), 0o644))
}

func names() string {
	languages, aliases := map[string][]string{}, map[string][]string{}
	for name := range data.IDByLanguage {
		languages[name] = nil
	}
	for alias, name := range data.LanguageByAliasMap {
		aliases[alias] = []string{name}
	}
	var parts []string
	for _, byKey := range []map[string][]string{languages, aliases, data.LanguagesByExtension, data.LanguagesByFilename, data.LanguagesByInterpreter} {
		var part strings.Builder
		for _, key := range slices.Sorted(maps.Keys(byKey)) {
			line(&part, append([]string{key}, byKey[key]...)...)
		}
		parts = append(parts, part.String())
	}
	return strings.TrimSuffix(strings.Join(parts, "\n"), "\n")
}

func rules() string {
	extensions := map[string][]string{} // by the text of the rules that they share
	for _, extension := range slices.Sorted(maps.Keys(data.ContentHeuristics)) {
		var table strings.Builder
		for _, heuristic := range *data.ContentHeuristics[extension] {
			var names []string
			for _, alias := range heuristic.Languages() {
				if name, ok := data.LanguageByAlias(alias); ok {
					names = append(names, name)
				}
			}
			if must, not, possible := conditions(reflect.ValueOf(heuristic)); possible {
				line(&table, append([]string{"is"}, names...)...)
				for _, expr := range must {
					line(&table, "if", expr)
				}
				for _, expr := range not {
					line(&table, "unless", expr)
				}
			}
		}
		extensions[table.String()] = append(extensions[table.String()], extension)
	}
	var table strings.Builder
	line(&table, "vendored", data.FastVendorMatcher.String())
	for _, same := range slices.SortedFunc(maps.Keys(extensions), func(a, b string) int {
		return cmp.Compare(extensions[a][0], extensions[b][0])
	}) {
		line(&table, append([]string{"extensions"}, extensions[same]...)...)
		table.WriteString(same)
	}
	return table.String()
}

// conditions returns the regular expressions of an enry rule: must has those that a file must
// match, and not those that it must not match. In enry, an expression that Go's regexp package does
// not support is nil. conditions leaves such an expression out. If it is the expression of an "or"
// rule, this rule, and an "and" rule that contains it, never hold, and possible is false.
func conditions(rule reflect.Value) (must, not []string, possible bool) {
	switch kind := rule.Type().Name(); kind {
	case "always":
		return nil, nil, true
	case "or":
		expr, ok := expression(rule.FieldByName("pattern").Elem())
		return []string{expr}, nil, ok
	case "not":
		for _, pattern := range rule.FieldByName("Patterns").Seq2() {
			if expr, ok := expression(pattern.Elem()); ok {
				not = append(not, expr)
			}
		}
		return nil, not, true
	case "and":
		for _, pattern := range rule.FieldByName("patterns").Seq2() {
			if pattern = pattern.Elem(); pattern.Kind() == reflect.Pointer {
				if expr, ok := expression(pattern); ok {
					must = append(must, expr)
				}
				continue
			}
			innerMust, innerNot, ok := conditions(pattern)
			if !ok {
				return nil, nil, false
			}
			must, not = append(must, innerMust...), append(not, innerNot...)
		}
		return must, not, true
	default:
		log.Fatalf("rule %s: unknown kind", kind)
		return nil, nil, false
	}
}

// expression returns the text of a *regexp.Regexp, unless it is nil.
func expression(pattern reflect.Value) (string, bool) {
	if pattern.Kind() != reflect.Pointer {
		log.Fatalf("pattern of type %s: it is not a regular expression", pattern.Type())
	}
	if pattern.IsNil() {
		return "", false
	}
	return pattern.Elem().FieldByName("expr").String(), true
}

// line writes fields, separated by tabs.
func line(table *strings.Builder, fields ...string) {
	for _, field := range fields {
		if strings.ContainsAny(field, "\n\t") {
			log.Fatalf("field %q: it contains a separator of the table", field)
		}
	}
	table.WriteString(strings.Join(fields, "\t") + "\n")
}

func tokens() []byte {
	languages := map[string]bool{} // languages that share a key with another language
	for _, byKey := range []map[string][]string{data.LanguagesByExtension, data.LanguagesByFilename, data.LanguagesByInterpreter} {
		for _, names := range byKey {
			for _, name := range names {
				if _, ok := data.LanguagesLogProbabilities[name]; ok && len(names) > 1 {
					languages[name] = true
				}
			}
		}
	}
	places := map[string]int{}
	for name := range languages {
		for token := range data.TokensLogProbabilities[name] {
			if strings.ContainsAny(token, "\n\x00") {
				log.Fatalf("token %q of %s: it contains a separator of the table", token, name)
			}
			places[token] = 0
		}
	}
	words := slices.Sorted(maps.Keys(places))
	for i, word := range words {
		places[word] = i
	}

	table := number([]byte(strings.Join(words, "\n")+"\n\x00"), int(data.TokensTotal))
	for _, name := range slices.Sorted(maps.Keys(languages)) {
		section := number(nil, millionths(data.LanguagesLogProbabilities[name]))
		byValue := map[int][]int{}
		for token, log := range data.TokensLogProbabilities[name] {
			byValue[millionths(log)] = append(byValue[millionths(log)], places[token])
		}
		for _, value := range slices.Sorted(maps.Keys(byValue)) {
			section = number(number(section, value), len(byValue[value]))
			last := 0
			for _, place := range slices.Sorted(slices.Values(byValue[value])) {
				section = number(section, place-last)
				last = place
			}
		}
		table = append(number(table, len(name)), name...)
		table = append(number(table, len(section)), section...)
	}

	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	check(err)
	_, err = w.Write(table)
	check(err)
	check(w.Close())
	return packed.Bytes()
}

func number(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func millionths(log float64) int { return int(math.Round(-log * 1e6)) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
