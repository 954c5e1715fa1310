import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Link, matchRoute, navigate, usePath, useSearch } from './router.tsx'

beforeEach(() => navigate('/'))
afterEach(cleanup)

test.each([
  ['/', { page: 'insights' }],
  ['/insights', { page: 'insights' }],
  ['/insights/new', { page: 'new' }],
  ['/insights/2abc', { page: 'insight', id: '2abc' }],
  ['/repositories/', { page: 'repositories' }],
  ['/insights/2abc/more', { page: 'unknown' }],
])('%s', (path, route) => expect(matchRoute(path)).toEqual(route))

test('search changes keep other names', () => {
  const { result } = renderHook(() => useSearch())
  act(() => result.current[1]({ s: 'a', q: 'x' }))
  act(() => result.current[1]({ s: null, t: '2026' }))
  expect(location.search).toBe('?q=x&t=2026')
  expect(result.current[0].get('t')).toBe('2026')
})

test('a link changes the page in place, but leaves new tabs to the browser', () => {
  const { result } = renderHook(() => usePath())
  render(<Link href="/repositories">Repositories</Link>)
  const link = screen.getByText('Repositories')
  link.addEventListener('click', (event) => event.preventDefault(), { once: true })
  fireEvent.click(link, { ctrlKey: true })
  expect(result.current).toBe('/')
  fireEvent.click(link)
  expect(result.current).toBe('/repositories')
})
