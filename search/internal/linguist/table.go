package linguist

import (
	"bytes"
	"compress/flate"
	_ "embed" // of the table
	"encoding/binary"
	"io"
	"strings"
	"sync"
)

//go:generate go run generate.go

// tokensTable is written by generate.go, deflated: the tokens of all languages,
// each with a line feed; a zero byte; the number of all tokens that enry has seen;
// then of each language the length of its name, the name, the length of its section
// in bytes and the section. All numbers are unsigned varints. A section has its
// logarithmic probability, and of each distinct one of its tokens: the probability,
// the number of tokens, and the differences of their places in the list.
// Probabilities are in millionths, negated.
//
//go:embed tokens.deflate
var tokensTable []byte

// probabilities are of one language, as logarithms.
type probabilities struct {
	language float64
	tokens   map[string]float64
}

// tokenProbabilities is the table, of which the section of a language is decoded
// when it is first asked for.
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

// reader reads the table, which is the program's own: what is wrong in it panics.
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

// probability is the very number of enry's source, as both are the floating-point
// number nearest to a decimal one of six places.
func (r *reader) probability() float64 { return -float64(r.number()) / 1e6 }
