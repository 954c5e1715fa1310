package conformance

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const reportPath = "../../../../docs/conformance.md"

const introduction = `# Conformance

What Backsight counts in odd repositories, texts and queries, next to git's own answer. A fixture is
a small repository that a test builds with git; each of its queries is a case, and a row below.
` + "`make conformance`" + ` writes this page. The cases are in ` + "`cmd/backsight/internal/conformance`" + `.

- **git** is git's answer at each commit of the first-parent history, oldest first: the number of
  matches that ` + "`git grep`" + ` prints, of files that ` + "`git ls-tree`" + ` lists, or of commits
  that ` + "`git log`" + ` lists. A dash means that git has no such answer. A single answer is that of every
  commit. For queries about commits and diffs, each number is about that commit alone: 1 if it
  matches, else 0.
- **Backsight** is *equal* when Backsight has git's answer at each commit. Where git has no answer,
  or where Backsight intends another one, the right answer is printed, with the reason for a
  difference. "At least" marks a partial sample, whose reason says what could not be read.
- A case is *equal* only if all of these agree: ` + "`backsight history`" + ` without an index, with an index,
  with an index that was made before the last commits or before the damage and updated afterwards,
  and with ` + "`--every commit`" + `; the built program; and the samples of a series on a server.
- **Open** marks a case that is wrong today, with the row of the issue that mends it.
`

// render formats the answers of a truth at each commit.
func (x *built) render(of truth) string {
	if len(x.history.commits) == 0 {
		return of.of(x.history, "").String()
	}
	var texts []string
	for _, id := range x.history.commits {
		texts = append(texts, of.of(x.history, id).String())
	}
	return shorten(texts)
}

// renderLines formats Backsight's samples, oldest first, one for each commit.
func renderLines(want []expected, lines []line) string {
	var texts []string
	last := ""
	for i, when := range at(want) {
		place := slices.IndexFunc(lines, func(l line) bool { return l.Time == when })
		if place < 0 || lines[place].Outcome == "absent" && len(texts) == 0 && want[i].answer.outcome == "absent" {
			continue
		}
		if l := lines[place]; l.Commit != last || last == "" {
			texts, last = append(texts, l.String()), l.Commit
		}
	}
	return shorten(texts)
}

// shorten joins the texts. If all are equal, it keeps one; of more than eight, it keeps the first
// four and the last two.
func shorten(texts []string) string {
	if len(slices.Compact(slices.Clone(texts))) == 1 {
		texts = texts[:1]
	}
	if len(texts) > 8 {
		texts = slices.Concat(texts[:4], []string{"…"}, texts[len(texts)-2:])
	}
	return strings.Join(texts, ", ")
}

// cell escapes a text for a cell of a table. It replaces ids and paths, which differ between runs.
func cell(text string) string {
	text = regexp.MustCompile(`/\S*backsight-conformance-\d+`).ReplaceAllString(text, "…")
	text = regexp.MustCompile(`\b[0-9a-f]{12,64}\b`).ReplaceAllString(text, "ID")
	text = strings.NewReplacer("\\", "\\\\", "|", "\\|", "\n", " ", "\r", "␍", "<", "&lt;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[").Replace(strings.ToValidUTF8(text, "�"))
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300]) + "…"
	}
	return text
}

// code formats a query as code in a cell of a table.
func code(query string) string {
	query = strings.NewReplacer("|", "\\|", "\n", "⏎", "\r", "␍", "\x00", "␀").Replace(strings.ToValidUTF8(query, "�"))
	fence := "`"
	for strings.Contains(query, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + query + " " + fence
	}
	return fence + query + fence
}

// row formats a case.
func (x *built) row(i int) string {
	c, r := x.checks[i], x.results[i]
	git, ours := r.git, "equal"
	if git == "" {
		git, ours = "–", cell(r.right)
	} else if c.why != "" {
		ours = cell(r.right + ": " + c.why)
		git = cell(git)
	} else {
		git = cell(git)
	}
	if len(r.differences) > 0 {
		modes := sorted(r.differences)
		said := r.ours
		if said == "" {
			said = modes[0] + ": " + r.differences[modes[0]]
		}
		ours = "**wrong**: " + cell(said)
		if c.open != "" {
			ours = fmt.Sprintf("**open** (%s): %s", c.open, cell(said))
		}
		if git == "–" {
			ours += "; right is " + cell(r.right)
		}
	}
	return caseCells(x.fixture, c) + " " + git + " | " + ours + " |\n"
}

// caseCells are the cells that name a case.
func caseCells(f fixture, c check) string {
	return fmt.Sprintf("| %s | %s |", f.name, code(f.caseName(c)))
}

// writeReport writes docs/conformance.md. Rows of fixtures that did not run stay as they are.
func writeReport(t *testing.T, all []*built) {
	t.Helper()
	old, _ := os.ReadFile(reportPath) // does not exist before the first run
	var rows strings.Builder
	cases, open := 0, 0
	group := ""
	for i, f := range suite() {
		if f.group != group {
			group = f.group
			fmt.Fprintf(&rows, "\n## %s\n\n| repository | query | git | Backsight |\n| --- | --- | --- | --- |\n", group)
		}
		for k, c := range f.checks {
			cases++
			if c.open != "" {
				open++
			}
			if x := all[i]; x != nil {
				rows.WriteString(x.row(k))
				continue
			}
			for row := range strings.Lines(string(old)) {
				if strings.HasPrefix(row, caseCells(f, c)) {
					rows.WriteString(row)
				}
			}
		}
	}
	text := fmt.Sprintf("%s\n%d cases on %d repositories; %d are open.\n%s", introduction, cases, len(all), open, rows.String())
	require.NoError(t, os.WriteFile(reportPath, []byte(text), 0o644))
}

// The committed report lists exactly the cases of the suite, in the same order.
func TestTheReportListsEveryCase(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(reportPath)
	require.NoError(t, err, "run make conformance")
	var rows []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| repository |") && !strings.HasPrefix(line, "| ---") {
			rows = append(rows, line)
		}
	}
	i := 0
	for _, f := range suite() {
		for _, c := range f.checks {
			require.Less(t, i, len(rows), "%s: %s: run make conformance", f.name, c.query)
			require.True(t, strings.HasPrefix(rows[i], caseCells(f, c)), "run make conformance: the report has\n%sexpected\n%s", rows[i], caseCells(f, c))
			require.Equal(t, c.open != "", strings.Contains(rows[i], "**open**"), "run make conformance: %s", rows[i])
			i++
		}
	}
	require.Len(t, rows, i, "the report has rows of cases that do not exist: run make conformance")
}
