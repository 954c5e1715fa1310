import { describe, expect, test } from 'vitest'
import { emptyTally } from '../completeness/tally.ts'
import { insight } from '../testing/insight.ts'
import type { SeriesWorkflowState } from './generated.ts'
import { live, overlay, type Progress } from './overlay.ts'

const tally = { ...emptyTally, percent: 50, rate: null, etaSeconds: null, planned: 2, counted: 1, pending: 1 }
const says = (state: SeriesWorkflowState | null): Progress => ({ id: 'view', version: 1, series: [{ seriesId: 's', state, completeness: tally }] })
const answered = (state: SeriesWorkflowState) => {
  const view = insight([])
  view.dataSeries[0]!.workflow = { state, inFlight: 0, kind: null, waitingPlans: 0, queuePosition: 'NORMAL', pausedBy: null, pausedReason: 'because', pausedAt: null, nextRecordingAt: null, problem: null, refused: null, temporalUrl: null }
  return view
}
const shown = (...parameters: Parameters<typeof overlay>) => overlay(...parameters).dataSeries[0]!

test('completeness of the stream replaces that of the query', () => expect(shown(answered('RUNNING'), 10, live(says('RUNNING'), undefined, 5)).completeness.counted).toBe(1))

describe('the state', () => {
  const running = live(says('RUNNING'), undefined, 5)
  test('of a later query counts, even if the stream repeats the old one', () => {
    expect(shown(answered('PAUSED'), 10, live(says('RUNNING'), running, 20)).workflow?.state).toBe('PAUSED')
  })
  test('of the stream counts once it changes', () => {
    expect(shown(answered('PAUSING'), 10, live(says('PAUSED'), running, 20)).workflow).toMatchObject({ state: 'PAUSED', pausedReason: 'because' })
  })
  test('stays when the stream does not know', () => expect(shown(answered('RUNNING'), 10, live(says(null), running, 20)).workflow?.state).toBe('RUNNING'))
})

test('without a stream the query counts', () => {
  const view = answered('RUNNING')
  expect(overlay(view, 10, undefined)).toBe(view)
})
