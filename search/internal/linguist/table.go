package linguist

import (
	"bytes"
	"compress/flate"
	_ "embed" // for tokensTable
	"encoding/binary"
	"io"
	"strings"
	"sync"
)

//go:generate go run generate.go

// tokensTable is written by generate.go, and compressed with deflate. It covers the languages that
// share an extension, a file name or an interpreter with another language. It starts with the
// tokens of these languages, each followed by a line feed, then a zero byte, then the number of all
// tokens in enry's samples. Then it has, for each language, the length of its name, the name, the
// length of its section in bytes, and the section. All numbers are unsigned varints. A section
// starts with the logarithmic probability of the language. Then it has, for each distinct
// probability that tokens of the language have, the probability, the number of these tokens, and
// the differences between their indexes in the list of tokens. Probabilities are in millionths,
// negated.
//
//go:embed tokens.deflate
var tokensTable []byte

// probabilities has the logarithmic probabilities of one language.
type probabilities struct {
	language float64
	tokens   map[string]float64
}

// tokenProbabilities is the parsed form of tokensTable. The section of a language is decoded at
// first use.
type tokenProbabilities struct {
	total     float64
	languages map[string]func() *probabilities
}

var tokenTable = sync.OnceValue(func() *tokenProbabilities {
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(tokensTable)))
	if err != nil {
		panic("embedded table of tokens: " + err.Error() + "; run go generate")
	}
	end := bytes.IndexByte(plain, 0)
	words := strings.Split(string(plain[:end]), "\n")
	r := reader{plain[end+1:]}
	table := &tokenProbabilities{total: float64(r.number()), languages: map[string]func() *probabilities{}}
	for len(r.rest) > 0 {
		name := string(r.bytes())
		section := r.bytes()
		table.languages[name] = sync.OnceValue(func() *probabilities { return decode(section, words) })
	}
	return table
})

func decode(section []byte, words []string) *probabilities {
	r := reader{section}
	p := &probabilities{language: r.probability(), tokens: map[string]float64{}}
	for len(r.rest) > 0 {
		value := r.probability()
		place := 0
		for range r.number() {
			place += r.number()
			p.tokens[words[place]] = value
		}
	}
	return p
}

// A reader reads the table. It panics if the table is malformed, because the table is a part of the
// program.
type reader struct{ rest []byte }

func (r *reader) number() int {
	n, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) bytes() []byte {
	n := r.number()
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// probability returns exactly the number in enry's source, because both are the floating-point
// number that is nearest to the same decimal number with six places.
func (r *reader) probability() float64 { return -float64(r.number()) / 1e6 }
