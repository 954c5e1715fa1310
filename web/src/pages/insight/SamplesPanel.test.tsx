import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { daily } from '../../testing/insight.ts'
import { serve } from '../../testing/server.tsx'
import { SamplesPanel } from './SamplesPanel.tsx'

afterEach(cleanup)

const sample = (id: string, value: number | null, ofValue: number | null) => ({
  dateTime: '2026-01-01T00:00:00Z', outcome: value === null ? 'FAILED' : 'COUNTED', commit: null, value, values: ofValue === null ? [] : [{ value: ofValue }],
  attempts: 1, durationSeconds: 0, reasonCode: null, reason: null, repository: { id, name: `acme/${id}` },
})

async function shown(captured: boolean) {
  const nodes = [sample('a', 40, 3), sample('b', 7, null), sample('c', null, null)]
  const { asked, wrap } = serve({
    Samples: () => ({ insightViews: { nodes: [{ id: 'view', dataSeries: [{ seriesId: 's', samples: { totalCount: 3, pageInfo: { endCursor: null, hasNextPage: false }, nodes } }] }] } }),
  })
  const series = { ...daily('s', [3]), captured, label: 'Shown as 1.21', value: '1.21' }
  render(wrap(<SamplesPanel insightId="view" series={series} point={series.points[0]!} takeFocus={false} onClose={() => {}} />))
  await screen.findByText('acme/a')
  const rows = within(screen.getByRole('table')).getAllByRole('row').slice(1)
  return { values: rows.map((row) => row.children[1]!.textContent), asked: asked[0]![1]['values'] }
}

test('for a point of one captured value, each row shows the count of that value only', async () => {
  expect(await shown(true)).toEqual({ values: ['3', '0', 'unknown'], asked: ['1.21'] })
})

test('for a point of a plain search, each row shows its count', async () => {
  expect(await shown(false)).toEqual({ values: ['40', '7', 'unknown'], asked: [] })
})
