import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { insight } from '../../testing/insight.ts'
import { serve } from '../../testing/server.tsx'
import { SeriesCards } from './SeriesCards.tsx'

afterEach(cleanup)

const at = '2026-03-31T10:00:00Z'

function shown({ refuse = false } = {}) {
  let override: number | null = null
  const retention = () => ({ __typename: 'SeriesRetention', points: override ?? 30, override, archived: 12 })
  const { asked, wrap } = serve({
    SeriesDetails: () => ({
      insightViews: {
        nodes: [
          {
            id: 'view',
            dataSeries: [
              {
                seriesId: 's',
                retention: retention(),
                notices: [
                  { reason: 'history rewritten', since: at, forTime: at },
                  { reason: 'planning: unknown field', since: at, forTime: at },
                  { reason: 'timeout', since: at, forTime: at },
                  { reason: 'missing object', since: at, forTime: at },
                ],
                plans: [
                  { number: 2, kind: 'CATCH_UP', times: [at, at, at], note: 'acme/new', createdAt: at, completedAt: null },
                  { number: 1, kind: 'BACKFILL', times: [at], note: null, createdAt: at, completedAt: at },
                ],
              },
            ],
          },
        ],
      },
    }),
    SetRetention: ({ points }: { points: number | null }) => {
      if (!refuse) override = points
      return { setInsightSeriesRetention: { seriesId: 's', retention: retention() } }
    },
  })
  const refresh = vi.fn()
  render(wrap(<SeriesCards insight={insight([])} refresh={refresh} />))
  const sent = () => asked.filter(([name]) => name === 'SetRetention').map(([, variables]) => variables)
  return { asked, sent, refresh }
}

async function question() {
  await screen.findByText(/^The newest/)
  fireEvent.click(screen.getByRole('button', { name: 'Actions for Label' }))
  fireEvent.click(screen.getByRole('menuitem', { name: 'Change how many points charts show…' }))
  return within(screen.getByRole('dialog'))
}

test('a series card shows notices, plans and retention', async () => {
  shown()
  expect(await screen.findByText(/history of a repository was rewritten/)).toBeTruthy()
  expect(screen.getByText(/^Planning failed: unknown field\./)).toBeTruthy()
  expect(screen.getByText('Some samples are not exact: timeout, missing object. The table of reasons below explains why.')).toBeTruthy()
  expect(screen.getByText('The newest 30 sample times. 12 older ones are archived and included in exports.')).toBeTruthy()
  const rows = within(screen.getByRole('region', { name: 'Plans of Label', hidden: true })).getAllByRole('row', { hidden: true })
  expect(rows.slice(1).map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ['31 Mar 2026', 'Catch-up backfill: acme/new', '3', 'not yet'],
    ['31 Mar 2026', 'Backfill', '31 Mar 2026', '31 Mar 2026'],
  ])
})

test('retention can be set to a number, to all, and back to the setting', async () => {
  const { sent, refresh } = shown()
  let dialog = await question()
  expect(dialog.queryByLabelText('Sample times')).toBeNull()
  fireEvent.change(dialog.getByLabelText('Charts show'), { target: { value: 'own' } })
  fireEvent.change(dialog.getByLabelText('Sample times'), { target: { value: '60' } })
  fireEvent.submit(document.querySelector('form')!)
  expect(await screen.findByText(/^The newest 60 sample times, set for this series\./)).toBeTruthy()
  expect(refresh).toHaveBeenCalled()
  expect(screen.queryByRole('dialog')).toBeNull()

  dialog = await question()
  expect((dialog.getByLabelText('Sample times') as HTMLInputElement).value).toBe('60')
  fireEvent.change(dialog.getByLabelText('Charts show'), { target: { value: 'setting' } })
  fireEvent.submit(document.querySelector('form')!)
  expect(await screen.findByText(/^The newest 30 sample times\./)).toBeTruthy()

  dialog = await question()
  fireEvent.change(dialog.getByLabelText('Charts show'), { target: { value: 'all' } })
  fireEvent.submit(document.querySelector('form')!)
  await waitFor(() => expect(sent()).toEqual([{ seriesId: 's', points: 60 }, { seriesId: 's', points: null }, { seriesId: 's', points: 0 }]))
})

test.each(['0', '1.5', '', '100001'])('%j sample times are refused beside the field and nothing is sent', async (text) => {
  const { sent } = shown()
  const dialog = await question()
  fireEvent.change(dialog.getByLabelText('Charts show'), { target: { value: 'own' } })
  fireEvent.change(dialog.getByLabelText('Sample times'), { target: { value: text } })
  fireEvent.submit(document.querySelector('form')!)
  expect(await dialog.findByText('Enter a whole number from 1 to 100,000.')).toBeTruthy()
  expect(sent()).toEqual([])
})
