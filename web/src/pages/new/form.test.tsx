import { cleanup, render } from '@testing-library/react'
import { CombinedError } from 'urql'
import { afterEach, describe, expect, test } from 'vitest'
import { inputErrors } from '../../api/errors.ts'
import { recipes } from '../recipes.ts'
import { checkForm, emptyForm, formErrors, formInput, newSeries, scopeCriteria, type FormState } from './form.ts'
import { QueryInput } from './QueryInput.tsx'

afterEach(cleanup)

const filled = (): FormState => ({ ...emptyForm(), title: 'T', series: [newSeries(0, { query: 'TODO' }), newSeries(1, { query: '  fille:go x' })] })

/** A server's answer as urql passes it on. */
const refused = (extensions: Record<string, unknown>, path: (string | number)[] = ['createLineChartSearchInsight']) =>
  new CombinedError({ graphQLErrors: [{ message: 'unknown field "fille"', path, extensions }] })

describe('errors of the server', () => {
  test('are assigned to their query, with the position in the untrimmed text', () => {
    const error = refused({ code: 'invalid', field: ['input', 'dataSeries', 1, 'query'], start: 0, end: 5, suggestion: 'did you mean "file"?' })
    expect(formErrors(inputErrors(error), filled())).toEqual({
      'query.1': { message: 'unknown field "fille"', start: 2, end: 7, suggestion: 'did you mean "file"?' },
    })
  })

  test.each([
    [['input', 'options', 'title'], 'title'],
    [['input', 'dataSeries', 0, 'options', 'lineColor'], 'colour.0'],
    [['input', 'dataSeries', 0, 'options', 'label'], 'label.0'],
    [['input', 'dataSeries', 1, 'generatedFromCaptureGroups'], 'query.1'],
    [['input', 'repositoryScope', 'repositoryCriteria'], 'scope'],
    [['input', 'timeScope', 'stepInterval', 'value'], 'every'],
    [['input', 'timeScope', 'points'], 'points'],
  ])('%j goes to %s', (field, name) => expect(Object.keys(formErrors(inputErrors(refused({ field })), filled()))).toEqual([name]))

  test('of GraphQL itself name the field in their path', () => {
    const error = refused({}, ['variable', 'input', 'timeScope', 'points'])
    expect(Object.keys(formErrors(inputErrors(error), filled()))).toEqual(['points'])
  })

  test('without a field, or with one that the form lacks, are general', () => {
    expect(formErrors(inputErrors(refused({ code: 'conflict' })), filled())).toEqual({ general: ['unknown field "fille"'] })
    expect(formErrors(inputErrors(refused({ field: ['input', 'somethingNew'] })), filled())).toEqual({ general: ['unknown field "fille"'] })
  })

  test('of the network are general', () => {
    const error = new CombinedError({ networkError: new TypeError('Failed to fetch') })
    expect(formErrors(inputErrors(error), filled()).general).toEqual(['The server cannot be reached. Is backsight still running?'])
  })
})

describe('the underline', () => {
  const draw = (value: string, start: number, end: number) => {
    const { container } = render(<QueryInput label="Search query" value={value} onChange={() => {}} error={{ message: 'wrong', suggestion: 'try this', start, end }} />)
    return container
  }
  test('is under the span, counted in UTF-16 code units', () => {
    const mark = draw('😀 fille:go', 3, 8).querySelector('mark')!
    expect(mark.textContent).toBe('fille')
    expect(mark.previousSibling?.textContent).toBe('😀 ')
  })
  test('at the end of the text is a space', () => expect(draw('a AND', 5, 5).querySelector('mark')!.textContent).toBe('\u00a0'))
  test('stays inside the text', () => expect(draw('abc', 2, 99).querySelector('mark')!.textContent).toBe('c'))
  test('comes with message and suggestion, which describe the input', () => {
    const container = draw('abc', 0, 1)
    const input = container.querySelector('textarea')!
    expect(input.getAttribute('aria-invalid')).toBe('true')
    const note = container.querySelector(`[id="${input.getAttribute('aria-describedby')}"]`)!
    expect(note.textContent).toBe('Wrong. Try this.')
  })
})

describe('errors found without the server', () => {
  test('a complete form has none', () => expect(checkForm(filled())).toEqual({}))
  test('language statistics need no query', () =>
    expect(checkForm({ ...emptyForm(), title: 'T', series: [newSeries(0, { method: 'LANGUAGE_STATS' })] })).toEqual({}))
  test('an empty form lacks a title and a query', () => expect(Object.keys(checkForm(emptyForm()))).toEqual(['title', 'query.0']))
  test.each<[Partial<FormState>, string]>([
    [{ points: '0' }, 'points'],
    [{ points: '1001' }, 'points'],
    [{ points: '1.5' }, 'points'],
    [{ points: '' }, 'points'],
    [{ every: '0' }, 'every'],
    [{ scope: 'list' }, 'scope'],
    [{ scope: 'name', scopeName: ' ' }, 'scope'],
    [{ scope: 'query' }, 'scope'],
  ])('%j', (changes, name) => expect(Object.keys(checkForm({ ...filled(), ...changes }))).toEqual([name]))
})

describe('what is sent', () => {
  test.each<[Partial<FormState>, unknown]>([
    [{ scope: 'all', scopeQuery: 'left over' }, {}],
    [{ scope: 'name', scopeName: '^acme/' }, { repositoryCriteria: 'repo:^acme/' }],
    [{ scope: 'name', scopeName: 'a (b|"c")' }, { repositoryCriteria: 'repo:"a (b|\\"c\\")"' }],
    [{ scope: 'query', scopeQuery: ' repo:a -repo:b ' }, { repositoryCriteria: 'repo:a -repo:b' }],
    [{ scope: 'list', scopeList: ['a', 'b'] }, { repositories: ['a', 'b'] }],
  ])('scope %j', (changes, scope) => expect(formInput({ ...filled(), ...changes }).repositoryScope).toEqual(scope))

  test('the query without the spaces around it', () => expect(formInput(filled()).dataSeries[1]!.query).toBe('fille:go x'))
  test('how a series counts', () =>
    expect(formInput({ ...filled(), series: [newSeries(0, { method: 'LANGUAGE_STATS' }), newSeries(1, { method: 'SEARCH_COMPUTE' })] }).dataSeries.map((s) => s.generationMethod)).toEqual(['LANGUAGE_STATS', 'SEARCH_COMPUTE']))
  test('no criteria without a name', () => expect(scopeCriteria({ scope: 'name', scopeName: '', scopeQuery: '' })).toBe(''))
})

test.each(recipes.map((recipe) => [recipe.id, recipe] as const))('the recipe %s can be created as it stands', (_, recipe) => expect(checkForm(recipe.form())).toEqual({}))
