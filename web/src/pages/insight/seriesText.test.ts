import { expect, test } from 'vitest'
import { noticeText, problemText, refusedText, retentionText, workText } from './seriesText.ts'

test('a problem says whether planning is retried', () => {
  const at = '2026-03-31T10:00:00Z'
  expect(problemText({ message: 'unknown field', at, retryAt: '2026-04-30T10:00:00Z' })).toMatch(/^The last step failed: unknown field\. Next attempt on .*30 Apr 2026/)
  expect(problemText({ message: 'extension to 9 points: taken', at, retryAt: at })).toBe('Refused: extension to 9 points: taken.')
})

test('a refused signal is named with its sender and the reason', () => {
  expect(refusedText({ signal: 'pauze', by: null, reason: 'unknown', at: '2026-03-31T10:00:00Z' })).toMatch(/^The signal “pauze” was refused on .*31 Mar 2026.*: unknown\.$/)
  expect(refusedText({ signal: 'front', by: 'ann', reason: 'no work', at: '2026-03-31T10:00:00Z' })).toMatch(/^The signal “front” of ann was refused on .*: no work\.$/)
})

test('the text about work names the kind of plan unless it is the backfill, the queue position and the waiting plans', () => {
  expect(workText(null)).toBe('')
  expect(workText({ kind: null, waitingPlans: 0, queuePosition: 'NORMAL' })).toBe('')
  expect(workText({ kind: 'BACKFILL', waitingPlans: 0, queuePosition: 'NORMAL' })).toBe('')
  expect(workText({ kind: 'RETRY', waitingPlans: 2, queuePosition: 'NORMAL' })).toBe('Computing samples again. 2 plans wait.')
  expect(workText({ kind: 'BACKFILL', waitingPlans: 1, queuePosition: 'FRONT' })).toBe('At the front of the queue. 1 plan waits.')
  expect(workText({ kind: 'BACKFILL', waitingPlans: 0, queuePosition: 'BACK' })).toBe('At the back of the queue.')
  expect(workText({ kind: 'BACKFILL', waitingPlans: 1, queuePosition: 'NORMAL' })).toBe('1 plan waits.')
})

test('a notice has a text unless it is a reason code', () => {
  expect(noticeText('history rewritten')).toMatch(/rewritten/)
  expect(noticeText('planning: unknown field')).toBe('Planning failed: unknown field.')
  expect(noticeText('timeout')).toBeNull()
})

test('the retention text names what charts show and what is archived', () => {
  expect(retentionText({ points: 30, override: null, archived: 0 })).toBe('The newest 30 sample times.')
  expect(retentionText({ points: 1, override: 1, archived: 1 })).toBe('The newest 1 sample time, set for this series. 1 older one is archived and included in exports.')
  expect(retentionText({ points: 0, override: 0, archived: 0 })).toBe('All sample times, set for this series.')
})
