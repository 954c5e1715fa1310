import { expect, test } from 'vitest'
import { doing, noticeText, planText, problemText, retentionText } from './seriesText.ts'

test('a problem says whether it is tried again', () => {
  const at = '2026-03-31T10:00:00Z'
  expect(problemText({ message: 'unknown field', at, retryAt: '2026-04-30T10:00:00Z' })).toMatch(/^It cannot plan: unknown field\. Tried again on .*30 Apr 2026/)
  expect(problemText({ message: 'extension to 9 points: taken', at, retryAt: at })).toBe('Refused: extension to 9 points: taken.')
})

test('what a series works on is said where it is not the first backfill', () => {
  expect(doing(null)).toBe('')
  expect(doing({ kind: null, waiting: 0 })).toBe('')
  expect(doing({ kind: 'backfill', waiting: 0 })).toBe('')
  expect(doing({ kind: 'retry', waiting: 2 })).toBe('Computing samples again. 2 orders after that.')
  expect(doing({ kind: 'backfill', waiting: 1, queue: 'FRONT' })).toBe('Before all other series. 1 order after that.')
  expect(doing({ kind: 'backfill', waiting: 0, queue: 'IN_TURN' })).toBe('')
  expect(doing({ kind: 'backfill', waiting: 1 })).toBe('1 order after that.')
})

test('a notice is told in words, unless it is the class of reasons that are told elsewhere', () => {
  expect(noticeText('history rewritten')).toMatch(/rewritten/)
  expect(noticeText('planning: unknown field')).toBe('It cannot plan: unknown field.')
  expect(noticeText('timeout')).toBeNull()
  expect(planText('joining')).toBe('Repositories that joined')
  expect(planText('of a later version')).toBe('of a later version')
})

test('what charts show is told with where the rest is', () => {
  expect(retentionText({ points: 30, override: null, archived: 0 })).toBe('The newest 30 sample times.')
  expect(retentionText({ points: 1, override: 1, archived: 1 })).toBe('The newest 1 sample time, set for this series. 1 older one is archived, and in exports.')
  expect(retentionText({ points: 0, override: 0, archived: 0 })).toBe('All sample times, set for this series.')
})
