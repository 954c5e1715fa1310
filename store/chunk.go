package store

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backsight/backsight/insights"
	"github.com/backsight/backsight/store/internal/db"
)

// chunkPlaces is how many samples a row of the ledger can hold. With 32, most rows stay below 2 kB,
// above which Postgres moves columns out of the row, and most series need only one or two rows for
// each repository.
const chunkPlaces = 32

// letters has the letter that stands for each outcome in the ledger.
var letters = map[insights.Outcome]byte{
	insights.Pending: 'p', insights.Counted: 'c', insights.Reused: 'r', insights.Absent: 'a', insights.Partial: 'i', insights.Failed: 'f',
}

// outcomeOf is the inverse of letters. It has "" for bytes that stand for no outcome.
var outcomeOf = func() (of [256]insights.Outcome) {
	for outcome, letter := range letters {
		of[letter] = outcome
	}
	return of
}()

// lettersOf returns the letters of some outcomes, for SQL. An empty list means all outcomes.
// Unknown outcomes are ignored.
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

// facts is what a row of the ledger says of one sample. The zero value means that there is no
// sample.
type facts struct {
	outcome  insights.Outcome
	plan     int32
	attempts int32
	elapsed  int32 // milliseconds
	value    float64
	commit   string // raw bytes; "" for none
	code     insights.ReasonCode
	reason   string
	// The sample's outcome and commit before a retry selected it, see migrations/00004_samples.sql.
	kept       insights.Outcome
	keptCommit string
}

// entry is a sample in the ledger.
type entry struct {
	facts
	// captures has the sample's counts by captured value, without zeros. Replace the map instead of
	// changing it: two entries can share one map.
	captures map[string]float64
}

// chunkKey identifies a row of the ledger within a series.
type chunkKey struct{ repo, number int32 }

func (k chunkKey) compare(other chunkKey) int {
	if k.repo != other.repo {
		return int(k.repo) - int(other.repo)
	}
	return int(k.number) - int(other.number)
}

// chunk is a row of the ledger while a writer changes it. The field "was" holds the samples before
// the change, and the field "is" holds them after the change. The sample at place n has the index
// n-1.
type chunk struct {
	chunkKey
	stored  bool // whether the database has the row already
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

// entryOf reads one sample of a row, without its captures, which are in rows of their own.
func entryOf(row db.SampleChunks, i int) entry {
	if i >= len(row.Outcomes) {
		return entry{}
	}
	var e entry
	if e.outcome = outcomeOf[row.Outcomes[i]]; e.outcome == "" {
		return e
	}
	e.plan = planAt(row.Plan, row.Plans, i)
	e.attempts, e.elapsed, e.value = int32(nth(row.Attempts, i)), nth(row.DurationsMs, i), nth(row.Vals, i)
	e.commit = string(nth(row.Commits, int(nth(row.CommitOf, i))-1))
	if which := int(nth(row.ReasonOf, i)) - 1; which >= 0 {
		e.code, e.reason = insights.ReasonCode(nth(row.ReasonCodes, which)), nth(row.Reasons, which)
	}
	if row.KeptOutcomes != nil && i < len(*row.KeptOutcomes) {
		e.kept = outcomeOf[(*row.KeptOutcomes)[i]]
		e.keptCommit = string(nth(row.Commits, int(nth(row.KeptCommitOf, i))-1))
	}
	return e
}

// planAt returns the number of the plan of the sample at index i.
func planAt(all int32, each []int32, i int) int32 {
	if i < len(each) {
		return each[i]
	}
	return all
}

// nth returns vector[i], or the zero value if the vector has no such element.
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

// chunkRows collects rows for a statement that writes them. A chunkRows can be converted to
// db.InsertChunksParams and db.UpdateChunksParams.
type chunkRows db.InsertChunksParams

func (r *chunkRows) add(c *chunk) {
	used := chunkPlaces
	for used > 0 && c.is[used-1].outcome == "" {
		used--
	}
	entries := c.is[:used]
	v := vectorsOf(entries)
	r.Chunks, r.RepoIDs = append(r.Chunks, c.number), append(r.RepoIDs, c.repo)
	r.Plan, r.Plans = append(r.Plan, v.plan), append(r.Plans, v.plans)
	r.Pending, r.Faulty = append(r.Pending, v.pending), append(r.Faulty, v.faulty)
	r.Outcomes = append(r.Outcomes, string(v.outcomes))
	r.Vals = append(r.Vals, array(entries, func(e entry) float64 { return e.value }, appendFloat))
	r.DurationsMs = append(r.DurationsMs, array(entries, func(e entry) int32 { return e.elapsed }, appendInt))
	r.Attempts = append(r.Attempts, v.attempts)
	r.Commits, r.CommitOf = append(r.Commits, v.commits.array()), append(r.CommitOf, v.commitOf)
	r.KeptOutcomes, r.KeptCommitOf = append(r.KeptOutcomes, string(v.keptOutcomes)), append(r.KeptCommitOf, v.keptCommitOf)
	r.ReasonCodes, r.Reasons = append(r.ReasonCodes, textArray(v.codes)), append(r.Reasons, textArray(v.reasons))
	r.ReasonOf = append(r.ReasonOf, v.reasonOf)
}

// vectors holds the columns of a row except its key, vals and durations_ms. A column with an
// element for each place stays nil if all its elements would be zero, except outcomes.
type vectors struct {
	plan                   int32
	plans                  string
	pending, faulty        int32
	outcomes, keptOutcomes []byte
	attempts               []byte
	commits                objectIDs
	commitOf, keptCommitOf []byte
	codes, reasons         []string
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
		several = several || !first && e.plan != v.plan
		first, v.plan = false, e.plan
		switch e.outcome {
		case insights.Pending:
			v.pending++
		case insights.Partial, insights.Failed:
			v.faulty++
		}
		set(&v.attempts, i, byte(min(e.attempts, 255)))
		set(&v.commitOf, i, v.commits.index(e.commit))
		set(&v.reasonOf, i, v.reason(string(e.code), e.reason))
		if e.kept != "" {
			if v.keptOutcomes == nil {
				v.keptOutcomes = []byte(strings.Repeat("-", len(entries)))
			}
			v.keptOutcomes[i] = letters[e.kept]
			set(&v.keptCommitOf, i, v.commits.index(e.keptCommit))
		}
	}
	if several {
		v.plans = array(entries, func(e entry) int32 { return e.plan }, appendInt)
	}
	return v
}

// reason returns the index, counted from 1, of a pair of code and text, and adds the pair if it is
// new. It returns 0 if both are empty.
func (v *vectors) reason(code, reason string) byte {
	if code == "" && reason == "" {
		return 0
	}
	for i := range v.reasons {
		if v.codes[i] == code && v.reasons[i] == reason {
			return byte(i + 1)
		}
	}
	v.codes, v.reasons = append(v.codes, code), append(v.reasons, reason)
	return byte(len(v.reasons))
}

// objectIDs are distinct commits, as raw bytes.
type objectIDs []string

// index returns the index of a commit, counted from 1, and adds the commit if it is new. It returns
// 0 for "". A chunk has at most two commits for each place, so the index fits into a byte.
func (ids *objectIDs) index(id string) byte {
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

// array returns the text of a bytea[] for Postgres; "" for none.
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

// array returns a vector of numbers as text for Postgres, up to the last number that is not 0. It
// returns "" if all are 0.
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

// textArray returns the text of a text[] for Postgres; "" for none.
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
