import type { FormState } from './new/form.ts'
import { emptyForm, newSeries } from './new/form.ts'

export interface Recipe {
  id: string
  name: string
  question: string
  explanation: string
  form: () => FormState
}

/** Insights to begin with: a count, values taken from the code, one thing replacing another, and what the code is written in. */
export const recipes: Recipe[] = [
  {
    id: 'todos',
    name: 'TODO comments',
    question: 'Do we pay our small debts?',
    explanation: 'Counts a word in every repository at each point in time. The plainest insight there is.',
    form: () => ({ ...emptyForm(), title: 'TODO comments', series: [newSeries(0, { label: 'TODO', query: 'TODO' }), newSeries(1, { label: 'FIXME', query: 'FIXME' })] }),
  },
  {
    id: 'go-versions',
    name: 'Go versions',
    question: 'Which Go versions are in use?',
    explanation: 'A capture group makes one line per value: what stands in the parentheses is counted by itself.',
    form: () => ({
      ...emptyForm(),
      title: 'Go versions in go.mod',
      series: [newSeries(0, { label: 'Go version', query: String.raw`file:(^|/)go\.mod$ patterntype:regexp ^go\s+(\d+\.\d+)`, method: 'SEARCH_COMPUTE' })],
    }),
  },
  {
    id: 'migration',
    name: 'A migration',
    question: 'Is the old call going away?',
    explanation: 'Two series in one chart: the old way and the new. They should cross, and one should reach zero.',
    form: () => ({
      ...emptyForm(),
      title: 'From io/ioutil to io and os',
      series: [
        newSeries(1, { label: 'io/ioutil', query: String.raw`lang:go patterntype:regexp \bioutil\.[A-Z]\w+` }),
        newSeries(0, { label: 'io, os', query: String.raw`lang:go patterntype:regexp \b(?:io\.(?:ReadAll|Discard|NopCloser)|os\.(?:ReadFile|WriteFile|ReadDir|MkdirTemp|CreateTemp))\b` }),
      ],
    }),
  },
  {
    id: 'language-mix',
    name: 'Language mix',
    question: 'What is our code written in?',
    explanation: 'Lines by language instead of matches: one line per language, without code that was taken over from others. The query may hold filters, and may be empty.',
    form: () => ({ ...emptyForm(), title: 'Lines by language', series: [newSeries(0, { label: 'Lines by language', method: 'LANGUAGE_STATS' })] }),
  },
]
