package store

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// chunkPlaces is how many samples a row of the ledger holds: few enough that a row stays in its page (Postgres moves what is beyond
// 2 kB elsewhere), and more than the samples of most charts.
const chunkPlaces = 32

// letters are the outcomes in the ledger.
var letters = map[insights.Outcome]byte{
	insights.Pending: 'p', insights.Counted: 'c', insights.Reused: 'r', insights.Absent: 'a', insights.Partial: 'i', insights.Failed: 'f',
}

// outcomeOf is the outcome of each letter; "" where there is no sample.
var outcomeOf = func() (of [256]insights.Outcome) {
	for outcome, letter := range letters {
		of[letter] = outcome
	}
	return of
}()

// lettersOf returns the letters of some outcomes, for SQL. No outcomes are all of them; one that does not exist is no letter.
func lettersOf(outcomes []insights.Outcome) []string {
	if len(outcomes) == 0 {
		outcomes = insights.Outcomes
	}
	list := []string{}
	for _, outcome := range outcomes {
		if letter, ok := letters[outcome]; ok {
			list = append(list, string(letter))
		}
	}
	return list
}

// facts are what a row of the ledger says of a sample. The zero facts are no sample.
type facts struct {
	outcome       insights.Outcome
	generation    int32
	attempts      int32
	elapsed       int32 // milliseconds
	value         float64
	commit        string // raw bytes; "" for none
	class, reason string
	// What it was before it was taken up again, see migrations/00004_sample_chunks.sql.
	kept       insights.Outcome
	keptCommit string
}

// entry is a sample in the ledger.
type entry struct {
	facts
	captures map[string]float64 // of a series by captured value; without zeros. Replaced, never changed
}

// chunkKey names a row of the ledger within a series.
type chunkKey struct{ repo, number int32 }

func (k chunkKey) compare(other chunkKey) int {
	if k.repo != other.repo {
		return int(k.repo) - int(other.repo)
	}
	return int(k.number) - int(other.number)
}

// chunk is a row of the ledger in the hands of a writer: what it was and what it is to be. Place n is at n-1.
type chunk struct {
	chunkKey
	stored  bool
	was, is [chunkPlaces]entry
}

// at returns the sample at a place, to be read or changed.
func (c *chunk) at(place int32) *entry { return &c.is[place-1] }

func chunkOf(row db.SampleChunks) *chunk {
	c := &chunk{chunkKey: chunkKey{row.RepoID, row.Chunk}, stored: true}
	for i := range min(len(row.Outcomes), chunkPlaces) {
		c.was[i] = entryOf(row, i)
	}
	c.is = c.was
	return c
}

// entryOf reads one sample of a row. Captures are elsewhere.
func entryOf(row db.SampleChunks, i int) entry {
	if i >= len(row.Outcomes) {
		return entry{}
	}
	var e entry
	if e.outcome = outcomeOf[row.Outcomes[i]]; e.outcome == "" {
		return e
	}
	e.generation = generationAt(row.Generation, row.Generations, i)
	e.attempts, e.elapsed, e.value = int32(nth(row.Attempts, i)), nth(row.DurationsMs, i), nth(row.Vals, i)
	e.commit = string(nth(row.Commits, int(nth(row.CommitOf, i))-1))
	if which := int(nth(row.ReasonOf, i)) - 1; which >= 0 {
		e.class, e.reason = nth(row.ReasonClasses, which), nth(row.Reasons, which)
	}
	if row.KeptOutcomes != nil && i < len(*row.KeptOutcomes) {
		e.kept = outcomeOf[(*row.KeptOutcomes)[i]]
		e.keptCommit = string(nth(row.Commits, int(nth(row.KeptCommitOf, i))-1))
	}
	return e
}

func generationAt(all int32, each []int32, i int) int32 {
	if i < len(each) {
		return each[i]
	}
	return all
}

// nth is the element of a vector that may be too short.
func nth[T any](vector []T, i int) (element T) {
	if i >= 0 && i < len(vector) {
		element = vector[i]
	}
	return element
}

// changed reports whether the row has to be written.
func (c *chunk) changed() bool {
	for i := range c.is {
		if c.is[i].facts != c.was[i].facts {
			return true
		}
	}
	return false
}

// chunkRows gathers rows for a statement that writes them. It is db.InsertChunksParams and db.UpdateChunksParams.
type chunkRows db.InsertChunksParams

func (r *chunkRows) add(c *chunk) {
	used := chunkPlaces
	for used > 0 && c.is[used-1].outcome == "" {
		used--
	}
	entries := c.is[:used]
	v := vectorsOf(entries)
	r.Chunks, r.RepoIDs = append(r.Chunks, c.number), append(r.RepoIDs, c.repo)
	r.Generation, r.Generations = append(r.Generation, v.generation), append(r.Generations, v.generations)
	r.Pending, r.Faulty = append(r.Pending, v.pending), append(r.Faulty, v.faulty)
	r.Outcomes = append(r.Outcomes, string(v.outcomes))
	r.Vals = append(r.Vals, array(entries, func(e entry) float64 { return e.value }, appendFloat))
	r.DurationsMs = append(r.DurationsMs, array(entries, func(e entry) int32 { return e.elapsed }, appendInt))
	r.Attempts = append(r.Attempts, v.attempts)
	r.Commits, r.CommitOf = append(r.Commits, v.commits.array()), append(r.CommitOf, v.commitOf)
	r.KeptOutcomes, r.KeptCommitOf = append(r.KeptOutcomes, string(v.keptOutcomes)), append(r.KeptCommitOf, v.keptCommitOf)
	r.ReasonClasses, r.Reasons = append(r.ReasonClasses, textArray(v.classes)), append(r.Reasons, textArray(v.reasons))
	r.ReasonOf = append(r.ReasonOf, v.reasonOf)
}

// vectors are the columns of a row but for those that are plain numbers. What nobody needs stays nil.
type vectors struct {
	generation             int32
	generations            string
	pending, faulty        int32
	outcomes, keptOutcomes []byte
	attempts               []byte
	commits                objectIDs
	commitOf, keptCommitOf []byte
	classes, reasons       []string
	reasonOf               []byte
}

func vectorsOf(entries []entry) (v vectors) {
	set := func(vector *[]byte, i int, b byte) {
		if b == 0 {
			return
		}
		if *vector == nil {
			*vector = make([]byte, len(entries))
		}
		(*vector)[i] = b
	}
	first, several := true, false
	for i, e := range entries {
		if e.outcome == "" {
			v.outcomes = append(v.outcomes, '-')
			continue
		}
		v.outcomes = append(v.outcomes, letters[e.outcome])
		several = several || !first && e.generation != v.generation
		first, v.generation = false, e.generation
		switch e.outcome {
		case insights.Pending:
			v.pending++
		case insights.Partial, insights.Failed:
			v.faulty++
		}
		set(&v.attempts, i, byte(min(e.attempts, 255)))
		set(&v.commitOf, i, v.commits.place(e.commit))
		set(&v.reasonOf, i, v.reason(e.class, e.reason))
		if e.kept != "" {
			if v.keptOutcomes == nil {
				v.keptOutcomes = []byte(strings.Repeat("-", len(entries)))
			}
			v.keptOutcomes[i] = letters[e.kept]
			set(&v.keptCommitOf, i, v.commits.place(e.keptCommit))
		}
	}
	if several {
		v.generations = array(entries, func(e entry) int32 { return e.generation }, appendInt)
	}
	return v
}

// reason returns which of the distinct reasons one is, from 1; 0 is none.
func (v *vectors) reason(class, reason string) byte {
	if class == "" && reason == "" {
		return 0
	}
	for i := range v.reasons {
		if v.classes[i] == class && v.reasons[i] == reason {
			return byte(i + 1)
		}
	}
	v.classes, v.reasons = append(v.classes, class), append(v.reasons, reason)
	return byte(len(v.reasons))
}

// objectIDs are distinct commits, as raw bytes.
type objectIDs []string

// place returns which of them one is, from 1; 0 is none. At most two for each place of a chunk fit into a byte.
func (ids *objectIDs) place(id string) byte {
	if id == "" {
		return 0
	}
	i := slices.Index(*ids, id)
	if i < 0 {
		i = len(*ids)
		*ids = append(*ids, id)
	}
	return byte(i + 1)
}

// array is a bytea[] for Postgres to read; "" for none.
func (ids objectIDs) array() string {
	if len(ids) == 0 {
		return ""
	}
	var b strings.Builder
	for i, id := range ids {
		b.WriteString([]string{"{", ","}[min(i, 1)])
		b.WriteString(`"\\x` + hexID([]byte(id)) + `"`)
	}
	b.WriteByte('}')
	return b.String()
}

// array writes a vector of numbers for Postgres to read, up to the last that is not 0; "" when all are.
func array[T comparable](entries []entry, number func(entry) T, write func([]byte, T) []byte) string {
	var zero T
	used := len(entries)
	for used > 0 && number(entries[used-1]) == zero {
		used--
	}
	if used == 0 {
		return ""
	}
	text := []byte{'{'}
	for i, e := range entries[:used] {
		if i > 0 {
			text = append(text, ',')
		}
		text = write(text, number(e))
	}
	return string(append(text, '}'))
}

func appendInt(text []byte, n int32) []byte { return strconv.AppendInt(text, int64(n), 10) }

func appendFloat(text []byte, f float64) []byte { return strconv.AppendFloat(text, f, 'g', -1, 64) }

// textArray is a text[] for Postgres to read; "" for none.
func textArray(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = `"` + quote.Replace(text) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}
