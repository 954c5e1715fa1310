//go:build ignore

// Generate writes tokens.deflate from the tables of package enry: see table.go for
// its format.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"log"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/go-enry/go-enry/v2/data"
)

func main() {
	languages := map[string]bool{} // that share a path with another
	for _, byPath := range []map[string][]string{data.LanguagesByExtension, data.LanguagesByFilename} {
		for _, names := range byPath {
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
				log.Fatalf("token %q of %s: it has a separator of the table", token, name)
			}
			places[token] = 0
		}
	}
	words := slices.Sorted(maps.Keys(places))
	for i, word := range words {
		places[word] = i
	}

	table := []byte(strings.Join(words, "\n") + "\n\x00")
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
	check(os.WriteFile("tokens.deflate", packed.Bytes(), 0o644))
	log.Printf("%d languages, %d tokens, %d bytes, %d deflated", len(languages), len(words), len(table), packed.Len())
}

func number(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func millionths(log float64) int { return int(math.Round(-log * 1e6)) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
