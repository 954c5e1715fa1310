import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { forgetLists, useConnection, type Answer } from './useConnection.ts'

afterEach(() => {
  cleanup()
  forgetLists()
})

/** Five letters, two a page. */
const letters = [...'abcde']
const load = (after: string | null): Promise<Answer<string>> => {
  const from = after === null ? 0 : letters.indexOf(after) + 1
  const nodes = letters.slice(from, from + 2)
  return Promise.resolve({ page: { nodes, totalCount: 5, pageInfo: { endCursor: nodes.at(-1) ?? null, hasNextPage: from + 2 < 5 } } })
}
const settle = () => act(async () => {})

test('reads page by page, or all remaining pages at once', async () => {
  const { result } = renderHook(() => useConnection('letters', load))
  expect(result.current.nodes).toBeNull()
  await settle()
  expect([result.current.nodes, result.current.complete, result.current.total]).toEqual([['a', 'b'], false, 5])
  act(() => result.current.more())
  await settle()
  expect(result.current.nodes).toEqual(['a', 'b', 'c', 'd'])
  act(() => result.current.rest())
  await settle()
  expect([result.current.nodes, result.current.complete]).toEqual([letters, true])
})

test('is read again up to its current length', async () => {
  const { result, rerender } = renderHook(({ revision }) => useConnection('letters', load, revision), { initialProps: { revision: 1 } })
  await settle()
  act(() => result.current.more())
  await settle()
  rerender({ revision: 2 })
  await settle()
  expect(result.current.nodes).toEqual(['a', 'b', 'c', 'd'])
})

test('a late answer does not replace a newer one', async () => {
  const answers: ((answer: Answer<string>) => void)[] = []
  const slow = () => new Promise<Answer<string>>((resolve) => answers.push(resolve))
  const { result, rerender } = renderHook(({ revision }) => useConnection('slow', slow, revision), { initialProps: { revision: 1 } })
  rerender({ revision: 2 })
  const page = (node: string): Answer<string> => ({ page: { nodes: [node], totalCount: 1, pageInfo: { endCursor: null, hasNextPage: false } } })
  await act(async () => answers.at(-1)!(page('new')))
  await act(async () => answers[0]!(page('old')))
  expect(result.current.nodes).toEqual(['new'])
})

test('an error keeps the content', async () => {
  let broken = false
  const flaky = (after: string | null) => (broken ? Promise.resolve({ error: 'gone' }) : load(after))
  const { result } = renderHook(() => useConnection('flaky', flaky))
  await settle()
  broken = true
  act(() => result.current.reload())
  await settle()
  expect([result.current.nodes, result.current.error, result.current.busy]).toEqual([['a', 'b'], 'gone', false])
})

test('returning to a list shows its last content at once', async () => {
  const first = renderHook(() => useConnection('letters', load))
  await settle()
  first.unmount()
  expect(renderHook(() => useConnection('letters', load)).result.current.nodes).toEqual(['a', 'b'])
  forgetLists()
  expect(renderHook(() => useConnection('letters', load)).result.current.nodes).toBeNull()
  await settle()
})
