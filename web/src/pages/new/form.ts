import type { FieldError, InputErrors } from '../../api/errors.ts'
import type { InsightGenerationMethod, LineChartSearchInsightInput, TimeIntervalStepUnit } from '../../api/generated.ts'
import { palette } from '../../chart/palette.ts'

export interface SeriesForm {
  /** The key of React's list; not sent to the server. */
  key: number
  label: string
  query: string
  colour: string
  method: InsightGenerationMethod
}

export type ScopeKind = 'all' | 'name' | 'query' | 'list'

export interface FormState {
  title: string
  series: SeriesForm[]
  scope: ScopeKind
  /** A regular expression on repository names. */
  scopeName: string
  /** A scope query: repo:, -repo:, fork:, archived:. */
  scopeQuery: string
  scopeList: string[]
  unit: TimeIntervalStepUnit
  every: string
  points: string
}

let keys = 0

export function newSeries(index: number, given: Partial<SeriesForm> = {}): SeriesForm {
  return { key: ++keys, label: '', query: '', colour: palette[index % palette.length]!.hex, method: 'SEARCH', ...given }
}

export function emptyForm(): FormState {
  return { title: '', series: [newSeries(0)], scope: 'all', scopeName: '', scopeQuery: '', scopeList: [], unit: 'MONTH', every: '1', points: '12' }
}

export const units: { unit: TimeIntervalStepUnit; one: string; many: string }[] = [
  { unit: 'HOUR', one: 'hour', many: 'hours' },
  { unit: 'DAY', one: 'day', many: 'days' },
  { unit: 'WEEK', one: 'week', many: 'weeks' },
  { unit: 'MONTH', one: 'month', many: 'months' },
  { unit: 'YEAR', one: 'year', many: 'years' },
]

export const mostPoints = 1000

/** Names of the form's fields. Names of a series' fields end in its index. */
export type FieldName = 'title' | 'scope' | 'every' | 'points' | `query.${number}` | `label.${number}` | `colour.${number}`

export type FormErrors = Partial<Record<FieldName, FieldError>> & { general?: string[] }

/** The errors that can be found without asking the server. */
export function checkForm(form: FormState): FormErrors {
  const errors: FormErrors = {}
  if (form.title.trim() === '') errors.title = { message: 'Enter a title.' }
  form.series.forEach((series, index) => {
    if (series.query.trim() === '' && series.method !== 'LANGUAGE_STATS') errors[`query.${index}`] = { message: 'Enter a search query.' }
  })
  if (form.scope === 'name' && form.scopeName.trim() === '') errors.scope = { message: 'Enter a regular expression for repository names.' }
  if (form.scope === 'query' && form.scopeQuery.trim() === '') errors.scope = { message: 'Enter a scope query such as repo:^acme/ -repo:archive.' }
  if (form.scope === 'list' && form.scopeList.length === 0) errors.scope = { message: 'Select at least one repository.' }
  const every = Number(form.every)
  if (!Number.isInteger(every) || every < 1) errors.every = { message: 'Enter a whole number, 1 or more.' }
  const points = Number(form.points)
  if (!Number.isInteger(points) || points < 1 || points > mostPoints) errors.points = { message: `Enter a whole number from 1 to ${mostPoints}.` }
  return errors
}

/** The scope query of the form's scope; "" for all repositories, and for selected ones. */
export function scopeCriteria(form: Pick<FormState, 'scope' | 'scopeName' | 'scopeQuery'>): string {
  if (form.scope === 'query') return form.scopeQuery.trim()
  if (form.scope !== 'name') return ''
  const name = form.scopeName.trim()
  if (name === '') return ''
  return `repo:${/[\s"()]/.test(name) ? JSON.stringify(name) : name}`
}

export function formInput(form: FormState): LineChartSearchInsightInput {
  return {
    options: { title: form.title.trim() },
    dataSeries: form.series.map((series) => ({
      query: series.query.trim(),
      options: { label: series.label.trim() || null, lineColor: series.colour },
      generationMethod: series.method,
    })),
    repositoryScope: form.scope === 'list' ? { repositories: form.scopeList } : form.scope === 'all' ? {} : { repositoryCriteria: scopeCriteria(form) },
    timeScope: { stepInterval: { unit: form.unit, value: Number(form.every) }, points: Number(form.points) },
  }
}

/** Assigns the server's errors to the form's fields; errors that belong to no field are general. */
export function formErrors(input: InputErrors, form: FormState): FormErrors {
  const errors: FormErrors = {}
  const general = [...input.general]
  for (const [path, error] of input.fields) {
    const name = fieldName(path)
    if (!name) general.push(error.message)
    else errors[name] = name.startsWith('query.') ? shiftToUntrimmed(error, form.series[Number(name.slice(6))]?.query ?? '') : error
  }
  return general.length > 0 ? { ...errors, general } : errors
}

function fieldName(path: string): FieldName | undefined {
  const series = /^input\.dataSeries\.(\d+)(?:\.(.+))?$/.exec(path)
  if (series) {
    const index = Number(series[1])
    if (series[2]?.startsWith('options.lineColor')) return `colour.${index}`
    if (series[2]?.startsWith('options')) return `label.${index}`
    return `query.${index}`
  }
  if (path.startsWith('input.options')) return 'title'
  if (path.startsWith('input.repositoryScope')) return 'scope'
  if (path.startsWith('input.timeScope.stepInterval')) return 'every'
  if (path.startsWith('input.timeScope')) return 'points'
  return undefined
}

/**
 * Converts an error's position in the trimmed query, which the server got, to one in the untrimmed
 * text.
 */
function shiftToUntrimmed(error: FieldError, query: string): FieldError {
  const shift = query.length - query.trimStart().length
  if (shift === 0 || error.start === undefined || error.end === undefined) return error
  return { ...error, start: error.start + shift, end: error.end + shift }
}
