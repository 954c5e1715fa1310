import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { insight, serverPoint } from '../../testing/insight.ts'
import { serve } from '../../testing/server.tsx'
import { InsightPage } from './InsightPage.tsx'

afterEach(cleanup)
beforeEach(() => history.replaceState(null, '', '/insights/view'))

/**
 * Shows a series with `total` captured values, of which the server sends as many as the page
 * requests. Returns a function that lists the numbers that the page has requested.
 */
function shown(total: number) {
  const { asked, wrap } = serve({
    Insight: ({ values }: { values: number }) => {
      const points = Array.from({ length: Math.min(values, total) }, (_, n) => serverPoint('2026-01-01T00:00:00Z', n + 1, 3, 3, { label: `w${n}` }))
      return { insightViews: { nodes: [insight(points, { captured: true, values: total })] } }
    },
    SeriesDetails: () => ({ insightViews: { nodes: [] } }),
  })
  render(wrap(<InsightPage id="view" />))
  return () => asked.filter(([name]) => name === 'Insight').map(([, { values }]) => values)
}

test('with very many values the page requests a few, shows the total, and requests more on demand', async () => {
  const values = shown(2466)
  expect(await screen.findByText('and 2,456 more')).toBeTruthy()
  expect(new Set(values())).toEqual(new Set([10]))
  const more = screen.getByRole('button', { name: 'Show the 100 largest' })
  fireEvent.click(more)
  expect(screen.getByRole('button', { name: /Show the 1/ })).toBe(more)
  expect(await screen.findByText('and 2,366 more')).toBeTruthy()
  expect(values().at(-1)).toBe(100)
  expect(location.search).toBe('?values=many')
  expect(screen.getByRole('link', { name: 'CSV' }).getAttribute('href')).toBe('/export/view.csv')
  fireEvent.click(screen.getByRole('button', { name: 'Show the 10 largest' }))
  expect(await screen.findByText('and 2,456 more')).toBeTruthy()
})

test('with a moderate number of values it can show all', async () => {
  shown(35)
  expect(await screen.findByText('and 25 more')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Show all 35' }))
  await waitFor(() => expect(screen.queryByText(/^and .* more$/)).toBeNull())
})

test('with few values there is no such button', async () => {
  shown(3)
  expect(await screen.findByText('w2')).toBeTruthy()
  expect(screen.queryByRole('button', { name: /^Show/ })).toBeNull()
})
