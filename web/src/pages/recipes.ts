import type { FormState } from './new/form.ts'
import { emptyForm, newSeries } from './new/form.ts'

export interface Recipe {
  id: string
  name: string
  question: string
  explanation: string
  form: () => FormState
}

/** Example insights: a plain count, captured values, a migration, and lines by language. */
export const recipes: Recipe[] = [
  {
    id: 'todos',
    name: 'TODO comments',
    question: 'Are we getting rid of our TODOs?',
    explanation: 'Counts a text in every repository at each point in time. The simplest kind of insight.',
    form: () => ({ ...emptyForm(), title: 'TODO comments', series: [newSeries(0, { label: 'TODO', query: 'TODO' }), newSeries(1, { label: 'FIXME', query: 'FIXME' })] }),
  },
  {
    id: 'go-versions',
    name: 'Go versions',
    question: 'Which Go versions are in use?',
    explanation: 'A capture group draws one line per value: each text that the parentheses match is counted separately.',
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
    explanation: 'Two series in one chart: the old call and its replacement. The lines should cross, and the old one should reach zero.',
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
    explanation: 'Counts lines of code instead of matches and draws one line per language. Vendored code is left out. The query may be empty or contain filters.',
    form: () => ({ ...emptyForm(), title: 'Lines by language', series: [newSeries(0, { label: 'Lines by language', method: 'LANGUAGE_STATS' })] }),
  },
]
