import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { daily, start } from '../testing/insight.ts'
import { LineChart } from './LineChart.tsx'

afterEach(cleanup)

const day = 86_400_000
const series = [daily('a', [1, [2], null]), daily('b', [5, 6, 7])]
const press = (...keys: string[]) => {
  for (const key of keys) fireEvent.keyDown(screen.getByRole('application'), { key })
}

test('keys move and announce the cursor, and Enter opens the point', () => {
  const onOpen = vi.fn()
  render(<LineChart title="Chart" series={series} domain={null} height={200} onOpen={onOpen} />)
  press('ArrowLeft')
  expect(screen.getByText('A, 2 Jan 2026: at least 2. 2 of 3 repositories known: 1 partial.')).toBeTruthy()
  press('ArrowUp', 'End')
  expect(screen.getByText('B, 3 Jan 2026: 7. 3 repositories, exact.')).toBeTruthy()
  press('ArrowDown')
  expect(screen.getByText('A, 3 Jan 2026: unknown. 0 of 3 repositories known: 3 pending.')).toBeTruthy()
  press('Enter')
  expect(onOpen.mock.calls).toEqual([[{ series: 'a', time: start + 2 * day }]])
})

test('the cursor starts at the open point', () => {
  const onOpen = vi.fn()
  render(<LineChart title="Chart" series={series} domain={null} height={200} onOpen={onOpen} selected={{ series: 'b', time: start + day }} />)
  press('ArrowLeft', 'Enter')
  expect(onOpen).toHaveBeenCalledWith({ series: 'b', time: start })
})

test('Enter without a cursor opens nothing, Escape leaves', () => {
  const onOpen = vi.fn()
  const onLeave = vi.fn()
  render(<LineChart title="Chart" series={series} domain={null} height={200} onOpen={onOpen} onLeave={onLeave} />)
  press('Enter', 'Escape')
  expect(onOpen).not.toHaveBeenCalled()
  expect(onLeave).toHaveBeenCalledOnce()
})

test('a card is a figure with a summary and cannot be focused', () => {
  render(<LineChart title="Chart" series={series} domain={null} height={200} />)
  expect(screen.getByRole('figure').querySelector('figcaption')!.textContent).toBe(
    'Chart. A: at least 2 on 2 Jan 2026, 1 point incomplete, 1 point unknown. B: 7 on 3 Jan 2026, up 40% from 5 on 1 Jan 2026.',
  )
  expect(screen.queryByRole('application')).toBeNull()
})
