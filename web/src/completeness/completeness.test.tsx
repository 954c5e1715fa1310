import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { CompletenessBar } from './CompletenessBar.tsx'
import { combinedState, combinedTally, pausable } from './state.ts'
import { emptyTally, pace } from './tally.ts'

afterEach(cleanup)

test('the bar has one segment per outcome that occurs and a text that says the same', () => {
  render(<CompletenessBar tally={{ ...emptyTally, planned: 360, counted: 300, reused: 9, partial: 3, pending: 48, rate: 12, etaSeconds: 4 }} />)
  const bar = screen.getByRole('progressbar')
  expect([...bar.children].map((child) => child.getAttribute('title'))).toEqual(['counted: 300', 'reused: 9', 'partial: 3', 'pending: 48'])
  expect(bar.getAttribute('aria-valuenow')).toBe('86')
  expect(bar.getAttribute('aria-valuetext')).toBe('312 of 360 samples · 3 partial')
  expect(screen.getByText('12/s · about 4 s left')).toBeTruthy()
})

test('a running series takes precedence over a waiting one', () => {
  expect(combinedState(['SLEEPING', 'RUNNING', null])).toBe('RUNNING')
  expect(combinedState(['SLEEPING', 'PAUSED'])).toBe('PAUSED')
  expect(combinedState([null, undefined])).toBeNull()
})

test('a paused series has no rate, the others keep theirs', () => {
  const tally = { ...emptyTally, planned: 10, pending: 4, counted: 6, rate: 2, etaSeconds: 2 }
  const paused = { completeness: tally, workflow: { state: 'PAUSED' as const } }
  const running = { completeness: tally, workflow: { state: 'RUNNING' as const } }
  expect(pace(combinedTally([paused]))).toBe('')
  expect(combinedTally([paused, running])).toMatchObject({ planned: 20, pending: 8, rate: 2 })
})

test('only a series that answers can be paused or resumed', () => {
  expect([pausable('RUNNING'), pausable('SLEEPING'), pausable('PAUSING'), pausable('PAUSED'), pausable('STOPPING'), pausable(null)]).toEqual([
    'pause',
    'pause',
    'resume',
    'resume',
    null,
    null,
  ])
})
